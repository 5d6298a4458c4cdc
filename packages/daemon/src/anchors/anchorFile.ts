import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { dirname } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type { Documents } from "@roundlot/api"
import { type Health, Checkpointing, type Checkpoints, work } from "@roundlot/core/ledger"
import { AccountName, Clock, Instant } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Effect, Option, Ref, Schema, type Scope } from "effect"
import { SettingsError } from "@roundlot/commands/errors"
import type { Settings } from "../Settings.ts"
import { anchorsIn, type Found, type KeptAnchor, lineOf, signed, standing as standingNow } from "./KeptAnchor.ts"

/** What of the settings says where anchors are, and whose they are. */
export interface Place extends Pick<Settings, "anchorFile"> {
  readonly configuration: { readonly anchors: Pick<Settings["configuration"]["anchors"], "key"> }
}

/** The part of the program that writes anchors, as health names it. */
const PART = "anchors"

const isAccountName = Schema.is(AccountName.AccountName)

const keyFault = (file: string, problem: string): SettingsError =>
  new SettingsError({
    place: `anchors.key, ${file}`,
    problem,
    remedy: "Make one with 'openssl genpkey -algorithm ed25519', and keep it where only its owner reads it"
  })

const keyIn = (file: string, made: (pem: string) => KeyObject) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const pem = yield* Effect.mapError(fs.readFileString(file), ({ message }) =>
      keyFault(file, `it cannot be read (${message})`)
    )
    const key = yield* Effect.try({
      try: () => made(pem),
      catch: () => keyFault(file, "it is not a private key in PEM format")
    })
    if (key.asymmetricKeyType !== "ed25519") return yield* keyFault(file, "it is not an Ed25519 key")
    return key
  })

const configured = ({ configuration }: Place, made: (pem: string) => KeyObject) =>
  Effect.transposeMapOption(Option.fromNullable(configuration.anchors.key), (file) => keyIn(file, made))

/** The anchors of the store that is looked at, from its file; none where there is none. Either half of the key will do. */
export const read = (
  place: Place
): Effect.Effect<Found, SettingsError, FileSystem.FileSystem | TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { identity } = yield* TradeRepository.TradeRepository
    const key = yield* configured(place, createPublicKey)
    const isThere = yield* Effect.orElseSucceed(fs.exists(place.anchorFile), () => false)
    if (!isThere) return { anchors: [], refused: [], states: [] }
    const text = yield* Effect.mapError(
      fs.readFileString(place.anchorFile),
      ({ message }) =>
        new SettingsError({
          place: place.anchorFile,
          problem: `the anchors cannot be read (${message})`,
          remedy: "Check its permissions, or give one by hand: 'roundlot audit --anchor POSITION:HASH'"
        })
    )
    return anchorsIn(text, identity, Option.getOrUndefined(key))
  })

/** So much of the end of the file is read for the newest anchors: each is some hundred bytes. */
const END_BYTES = 131_072

/** So many of the newest anchors are shown. */
const SHOWN = 100

/** The newest anchors of the store that is looked at, the newest first: what it costs does not grow with the file. */
const newest = ({
  anchorFile: file
}: Pick<Place, "anchorFile">): Effect.Effect<
  ReadonlyArray<KeptAnchor>,
  PlatformError,
  FileSystem.FileSystem | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { identity } = yield* TradeRepository.TradeRepository
    if (!(yield* fs.exists(file))) return []
    const open = yield* fs.open(file, { flag: "r" })
    const { size } = yield* open.stat
    const skipped = Number(size) > END_BYTES ? Number(size) - END_BYTES : 0
    yield* open.seek(FileSystem.Size(skipped), "start")
    const bytes = yield* open.readAlloc(FileSystem.Size(END_BYTES))
    const text = new TextDecoder().decode(Option.getOrElse(bytes, () => new Uint8Array()))
    // The first line of a part may be the end of one.
    const lines = skipped === 0 ? text : text.slice(text.indexOf("\n") + 1)
    return anchorsIn(lines, identity, undefined).anchors.toReversed().slice(0, SHOWN)
  }).pipe(Effect.scoped)

/** The newest anchors of the store as the API lists them; where the file cannot be read, why. */
export const document = (
  place: Pick<Place, "anchorFile">
): Effect.Effect<Documents.AnchorsDocument, never, FileSystem.FileSystem | TradeRepository.TradeRepository> =>
  Effect.match(newest(place), {
    onFailure: ({ message }) => ({ file: place.anchorFile, problem: message, items: [] }),
    onSuccess: (anchors) => ({
      file: place.anchorFile,
      problem: null,
      items: anchors.map(({ at, hash, position, signature }) => ({
        position,
        hash,
        at,
        isSigned: signature !== undefined
      }))
    })
  })

/**
 * Writes down where the journal stands, every hour or as is configured, and once more as the scope closes: what is there then cannot be
 * rewritten without an audit that finds it. A failed write is reported to health and ends nothing.
 */
export const keep = (
  place: Pick<Settings, "anchorFile" | "configuration">
): Effect.Effect<
  void,
  SettingsError,
  Clock.Clock | FileSystem.FileSystem | Health.Health | Scope.Scope | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const clock = yield* Clock.Clock
    const key = yield* configured(place, createPrivateKey)
    const written = yield* Ref.make(0)
    const states = yield* Ref.make<ReadonlyArray<Checkpoints.State>>([])
    const renewed = Effect.gen(function* () {
      const { heads } = yield* TradeRepository.TradeRepository
      for (const [name, head] of yield* heads) {
        const made = yield* Checkpointing.renew(isAccountName(name) ? name : AccountName.STORE, head)
        // Without a key they would be nobody's word.
        if (Option.isSome(key)) yield* Ref.update(states, (known) => [...known, ...made])
      }
    })
    const write = Effect.gen(function* () {
      const found = yield* standingNow(Instant.format(yield* clock.now))
      if (Option.isNone(found) || found.value.position === (yield* Ref.get(written))) return
      const made = yield* Ref.get(states)
      const [first, ...others] = made
      const standing = first === undefined ? found.value : { ...found.value, states: [first, ...others] as const }
      const anchor = Option.match(key, { onNone: () => standing, onSome: (own) => signed(standing, own) })
      yield* fs.makeDirectory(dirname(place.anchorFile), { recursive: true })
      yield* fs.writeFileString(place.anchorFile, lineOf(anchor), { flag: "a", mode: 0o600 })
      yield* Ref.set(written, anchor.position)
      yield* Ref.update(states, (all) => all.slice(made.length))
    })
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(work.reported(PART, write), "2 seconds")))
    // Checkpoints are a cache: where they fail, the anchor is written all the same.
    const pass = Effect.flatMap(Effect.exit(renewed), (made) => Effect.zipRight(write, made))
    yield* Effect.forkScoped(work.every(PART, place.configuration.anchors.everyMs, pass))
  })
