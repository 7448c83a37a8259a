using Workerd = import "/workerd/workerd.capnp";

# settings.json and ca.pem are those of emulator.mjs.
const config :Workerd.Config = (services = [
  (name = "device", worker = (
    compatibilityDate = "2026-11-01",
    globalOutbound = "outside",
    modules = [
      (name = "web-streams/worker.mjs", esModule = embed "worker.mjs"),
      (name = "web-streams/streams.mjs", esModule = embed "streams.mjs"),
      (name = "device.js", esModule = embed "../device.js"),
      (name = "mote-device.js", esModule = embed "../../packages/client/dist/mote-device.min.js"),
      (name = "settings.json", json = embed "../settings.json"),
    ])),
  (name = "outside", network = (allow = ["public", "private"], tlsOptions = (trustedCertificates = [embed "../ca.pem"]))),
]);
