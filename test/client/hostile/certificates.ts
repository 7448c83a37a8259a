import {
  type KeyedCertificate,
  keyToPem,
  makeCertificate,
  toPem,
} from '../../../packages/emulator/src/pki/certificate.ts';

export interface Identity {
  /** PEM, the leaf first. */
  readonly cert: string;
  readonly key: string;
}

const DAY = 86_400_000;

/** A tree of certificates for one test file, made when it runs. */
export class TestAuthority {
  readonly #root: KeyedCertificate;
  readonly #issuer: KeyedCertificate;

  constructor(issuerName = 'test issuer') {
    this.#root = authority('test root', 1);
    this.#issuer = authority(issuerName, 0, this.#root);
  }

  /** PEM of what a client has to trust. */
  get ca(): string {
    return toPem('CERTIFICATE', this.#root.der);
  }

  server(names: readonly string[] = ['localhost', '127.0.0.1'], from = -DAY, to = DAY): Identity {
    return this.#identity(made(names[0] ?? 'localhost', { use: 'server', names }, from, to, this.#issuer));
  }

  /** Of a server, whose names need not have the common one among them. */
  named(commonName: string, names: readonly string[]): Identity {
    return this.#identity(made(commonName, { use: 'server', names }, -DAY, DAY, this.#issuer));
  }

  device(commonName: string): Identity {
    return this.#identity(made(commonName, { use: 'client' }, -DAY, DAY, this.#issuer));
  }

  selfSigned(): Identity {
    const leaf = made('localhost', { use: 'server', names: ['localhost', '127.0.0.1'] }, -DAY, DAY);
    return { cert: toPem('CERTIFICATE', leaf.der), key: keyToPem(leaf.privateKey) };
  }

  #identity(leaf: KeyedCertificate): Identity {
    return {
      cert: toPem('CERTIFICATE', leaf.der) + toPem('CERTIFICATE', this.#issuer.der),
      key: keyToPem(leaf.privateKey),
    };
  }
}

function authority(commonName: string, pathLength: number, issuer?: KeyedCertificate): KeyedCertificate {
  return made(commonName, { use: 'authority', pathLength }, -DAY, DAY, issuer);
}

function made(
  commonName: string,
  purpose: Parameters<typeof makeCertificate>[0]['purpose'],
  from: number,
  to: number,
  issuer?: KeyedCertificate,
): KeyedCertificate {
  const now = Date.now();
  return makeCertificate({ commonName, purpose, notBefore: now + from, notAfter: now + to, ...(issuer && { issuer }) });
}
