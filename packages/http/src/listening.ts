import * as FileSystem from "@effect/platform/FileSystem"
import { Listening } from "@roundlot/api"
import { Effect, Either, Option, Redacted } from "effect"
import { X509Certificate } from "node:crypto"
import { BlockList, isIP, isIPv6 } from "node:net"
import { createSecureContext } from "node:tls"
import { SettingsError } from "@roundlot/commands/errors"
import * as Place from "./Place.ts"

/** What a configuration says of where a daemon listens: full paths of a certificate and its key, and who may be between. */
export interface ListenSettings {
  readonly host: string | undefined
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  readonly trustedProxies: ReadonlyArray<string>
  readonly allowHosts: ReadonlyArray<string>
}

/** What the flags of `start` say of it; each flag goes before the configuration. */
export interface ListenFlags {
  readonly host: Option.Option<string>
  readonly tlsCert: Option.Option<string>
  readonly tlsKey: Option.Option<string>
  readonly trustedProxy: ReadonlyArray<string>
  readonly allowHost: ReadonlyArray<string>
}

const refused = (place: string, problem: string, remedy: string) => new SettingsError({ place, problem, remedy })

const LONGEST = { ipv4: 32, ipv6: 128 } as const

/** Addresses of proxies: each one address, or a range of them. */
const proxiesOf = (ranges: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const list = new BlockList()
    for (const range of ranges) {
      const [address = "", said] = range.split("/")
      const family = isIPv6(address) ? "ipv6" : "ipv4"
      const bits = said === undefined ? LONGEST[family] : Number(said)
      const isRange =
        isIP(address) !== 0 && (said === undefined || /^\d+$/.test(said)) && bits > 0 && bits <= LONGEST[family]
      if (!isRange)
        return yield* refused(
          "--trusted-proxy",
          `'${range}' is not an address range`,
          "Write one such as 10.0.0.0/24 or 10.0.0.7"
        )
      list.addSubnet(address, bits, family)
    }
    return (address: string) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? "ipv6" : "ipv4")
  })

const readFile = (flag: string, file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.mapError(({ message }) =>
      refused(flag, `${file} cannot be read (${message})`, "Name a PEM file that the daemon's user reads")
    )
  )

/** Certificate and key belong together, which is found out before anybody connects. */
const proofOf = (cert: string | undefined, keyFile: string | undefined) =>
  Effect.gen(function* () {
    if (cert === undefined && keyFile === undefined) return undefined
    if (cert === undefined) return yield* refused("--tls-key", "is given without --tls-cert", "Give both")
    if (keyFile === undefined) return yield* refused("--tls-cert", "is given without --tls-key", "Give both")
    const certificate = yield* readFile("--tls-cert", cert)
    const key = yield* readFile("--tls-key", keyFile)
    yield* Effect.try({
      try: () => [new X509Certificate(certificate), createSecureContext({ cert: certificate, key })],
      catch: () =>
        refused(
          "--tls-cert",
          `${cert} and ${keyFile} are not a matching certificate and key`,
          "Give the PEM files of a certificate and its key"
        )
    })
    return { certificate, key: Redacted.make(key) }
  })

const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i

const hostsOf = (names: ReadonlyArray<string>) =>
  Effect.forEach(names, (name) =>
    NAME.test(name) || isIP(name) !== 0
      ? Effect.succeed(name.toLowerCase())
      : Effect.fail(
          refused(
            "--allow-host",
            `'${name}' is not a host name`,
            "Write one such as roundlot.example.com, without a port"
          )
        )
  )

const oneOf = (flag: Option.Option<string>, other: string | undefined) => Option.getOrElse(flag, () => other)
const allOf = (given: ReadonlyArray<string>, other: ReadonlyArray<string>) => (given.length > 0 ? given : other)

/** Why a place is not served; nothing is, to other machines, in plain text, without tokens, or without a declared name. */
const faultOf = (
  { host, listening, proof }: Place.Place,
  isOpen: boolean,
  hasProxy: boolean
): SettingsError | undefined => {
  const isElsewhere = !Listening.isLoopback(host)
  if (isElsewhere && isIP(host) === 0)
    return refused(
      "--host",
      `'${host}' is not an address`,
      "Give an address of this machine, or 0.0.0.0 for all; host names belong in --allow-host"
    )
  if (isOpen && listening.isRemote)
    return refused(
      "--open",
      `allows only this host, and ${hasProxy ? "a proxy is trusted" : `${host} can be reached from others`}: anyone there could operate`,
      `Remove --open, or serve ${Place.HERE}`
    )
  if (isElsewhere && proof === undefined && !hasProxy)
    return refused(
      "--host",
      `${host} can be reached from other hosts, and tokens would be sent in plain text`,
      "Give --tls-cert and --tls-key, or --trusted-proxy with the address of a proxy that speaks TLS"
    )
  if (listening.isRemote && listening.hosts.size === 0)
    return refused(
      "--allow-host",
      "is missing: other hosts can connect, and no host name is declared",
      "Give the host name in the browser's address, such as --allow-host roundlot.example.com"
    )
  return undefined
}

/** Where a daemon is to listen, and how it may be reached there. */
export const placeOf = (
  flags: ListenFlags,
  isOpen: boolean,
  { configuration: { listen } }: { readonly configuration: { readonly listen: ListenSettings } }
): Effect.Effect<Place.Place, SettingsError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const ranges = allOf(flags.trustedProxy, listen.trustedProxies)
    const host = oneOf(flags.host, listen.host) ?? Place.HERE
    const proof = yield* proofOf(oneOf(flags.tlsCert, listen.tlsCert), oneOf(flags.tlsKey, listen.tlsKey))
    const listening = {
      hosts: new Set(yield* hostsOf(allOf(flags.allowHost, listen.allowHosts))),
      isTls: proof !== undefined,
      isRemote: !Listening.isLoopback(host) || ranges.length > 0,
      isProxy: yield* proxiesOf(ranges)
    }
    const place = { host, proof, listening }
    const fault = faultOf(place, isOpen, ranges.length > 0)
    return fault === undefined ? place : yield* fault
  })

const MOST = 65_535

/** The port that is asked for: the flag over the configuration; none where neither says one. */
export const portOf = (
  flag: Option.Option<number>,
  { configuration }: { readonly configuration: { readonly port: number | undefined } }
): Either.Either<Option.Option<number>, SettingsError> => {
  const port = Option.orElse(flag, () => Option.fromNullable(configuration.port))
  if (Option.isNone(port) || (port.value >= 0 && port.value <= MOST)) return Either.right(port)
  const problem = `${port.value} is not a port`
  return Either.left(new SettingsError({ place: "--port", problem, remedy: `Write a number from 0 to ${MOST}` }))
}
