import { Clock, Effect } from "effect"
import { createHash, generateKeyPairSync, sign } from "node:crypto"

/** What proves a server of this machine: its certificate and the key to it, both PEM. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

const A_DAY_MS = 86_400_000
const LASTS_MS = 365 * A_DAY_MS

/**
 * A certificate that signs itself, for 127.0.0.1 and localhost, with a key of its own. Nobody trusts it but who is told to.
 *
 * @example
 * const { certificate, key } = yield* Certificate.forThisMachine
 */
export const forThisMachine: Effect.Effect<Certificate> = Effect.map(Clock.currentTimeMillis, (now) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const shown = publicKey.export({ type: "spki", format: "der" })
  const serial = createHash("sha256").update(shown).digest().subarray(0, SERIAL_BYTES)
  const signed = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Buffer.of(V3))),
    der(INTEGER, Buffer.of(1), serial),
    ecdsaWithSha256,
    name,
    der(SEQUENCE, time(now - A_DAY_MS), time(now + LASTS_MS)),
    name,
    shown,
    extensions
  )
  const signature = der(BIT_STRING, Buffer.of(0), sign("sha256", signed, privateKey))
  const base64 = der(SEQUENCE, signed, ecdsaWithSha256, signature).toString("base64")
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n").trim()}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  }
})

/* X.509 as far as it is needed, in DER: a tag, a length, the contents. */

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT = 0x06
const TEXT = 0x0c
const TIME = 0x17
const TRUE = Buffer.of(0x01, 0x01, 0xff)
const EXPLICIT_0 = 0xa0
const EXPLICIT_3 = 0xa3
const DNS_NAME = 0x82
const IP_ADDRESS = 0x87
const V3 = 2
const SERIAL_BYTES = 8
const LONGEST_SHORT = 0x7f

const lengthOf = (bytes: number): Buffer => {
  if (bytes <= LONGEST_SHORT) return Buffer.of(bytes)
  const hex = bytes.toString(16)
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex")
  return Buffer.concat([Buffer.of(0x80 | digits.length), digits])
}

const der = (tag: number, ...contents: ReadonlyArray<Uint8Array>): Buffer => {
  const all = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), lengthOf(all.length), all])
}

const object = (hex: string): Buffer => der(OBJECT, Buffer.from(hex, "hex"))

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = der(SEQUENCE, object("2a8648ce3d040302"))

/** The common name, 2.5.4.3. */
const name = der(SEQUENCE, der(SET, der(SEQUENCE, object("550403"), der(TEXT, Buffer.from("127.0.0.1")))))

/** Two digits of the year: it is within the century. */
const time = (ms: number): Buffer =>
  der(
    TIME,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .slice(2)
        .replace(/[-:T]|\.\d+/g, "")
    )
  )

/** It signs for others, itself, 2.5.29.19; and it is for this machine, 2.5.29.17. */
const extensions = der(
  EXPLICIT_3,
  der(
    SEQUENCE,
    der(SEQUENCE, object("551d13"), TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE))),
    der(
      SEQUENCE,
      object("551d11"),
      der(
        OCTET_STRING,
        der(SEQUENCE, der(IP_ADDRESS, Buffer.of(127, 0, 0, 1)), der(DNS_NAME, Buffer.from("localhost")))
      )
    )
  )
)
