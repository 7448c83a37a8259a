// For files that share a process. Node loads a part of `node:tls` when a certificate is first asked for its names
// (`X509Certificate.toLegacyObject`); when that part comes first, `tls.createSecureContext` is missing for good in this process
// (20.20, 22.23, 24.21). Which file is first changes from run to run, so TLS is loaded before all of them.
import 'node:tls';
