import { controlCandidates } from './formats/control-characters.ts';
import { base32Candidates, base64WordCandidates, registryCandidates } from './formats/encoded-words.ts';
import { missingBytes } from './missing-bytes.ts';
import type { More } from './read-text.ts';

/** The formats that can be read. */
const READS =
  'hex, base64, byte lists and strings of C, Go, Java, JavaScript, Python and Rust, dumps of xxd, hexdump, od, tcpdump, tshark and ' +
  'Wireshark, log lines, captures of `mote provision --trace`, pcap, pcapng and binary files';

/** What `mote inspect` reads and the page does not: what is pasted seldom. */
export const MORE_TEXTS: More = {
  hint: `. What can be read: ${READS}`,
  formats: [base32Candidates, base64WordCandidates, controlCandidates, registryCandidates],
  missingBytes,
};
