import { createPublicKey, sign, verify, type KeyObject } from "node:crypto"
import type { Audit } from "@roundlot/core"
import { type Checkpoints, Feed } from "@roundlot/core/ledger"
import { TradeRepository } from "@roundlot/core/adapter"
import { Effect, Option, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"

/** The place and hash that `journal head` prints, as a person or program gives them back. */
export const anchorOf = (text: string | undefined): Effect.Effect<Audit.Anchor | undefined, UsageError> =>
  Effect.gen(function* () {
    if (text === undefined) return undefined
    const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
    if (position === undefined || hash === undefined) {
      const remedy = "Write POSITION:HASH as 'roundlot journal head' prints them"
      return yield* new UsageError({ problem: `--anchor '${text}' is not an anchor`, remedy })
    }
    return { position: Number(position), hash }
  })

/**
 * An anchor as it is kept outside of the store: where its feed stood, when that was written down, and by whose key. `store` and
 * `incarnation` say of which feed: a store that was restored or copied has another one.
 */
export const KeptAnchor = Schema.Struct({
  store: Schema.String,
  incarnation: Schema.String,
  position: Schema.Int.pipe(Schema.positive()),
  hash: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{64}$/)),
  /** It is printed: nothing but a moment is one. */
  at: Schema.String.pipe(Schema.pattern(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)),
  /** What journals came to at their checkpoints, where the daemon folded them since the anchor before. */
  states: Schema.optionalWith(
    Schema.NonEmptyArray(
      Schema.Struct({
        /** In one line, so that no other text is signed with the same bytes. */
        account: Schema.String.pipe(Schema.pattern(/^[^\n]*$/)),
        seq: Schema.Int.pipe(Schema.positive()),
        stateHash: Schema.String.pipe(Schema.pattern(/^[0-9a-f]{64}$/))
      })
    ),
    { exact: true }
  ),
  /** Ed25519 over all of the above, base64. */
  signature: Schema.optional(Schema.String)
})

/** An anchor as it is kept outside of the store. */
export type KeptAnchor = typeof KeptAnchor.Type

/** What is signed: the fields in this order, a line each, so that no other text means the same. With states it is the second format. */
const signedBytes = ({ at, hash, incarnation, position, states, store }: KeptAnchor): Buffer => {
  const format = `roundlot anchor ${states === undefined ? 1 : 2}`
  const ofStates = (states ?? []).map(({ account, seq, stateHash }) => `${account} ${seq} ${stateHash}`)
  return Buffer.from([format, store, incarnation, String(position), hash, at, ...ofStates].join("\n"))
}

/** Signs an anchor with a private Ed25519 key. */
export const signed = (anchor: KeptAnchor, key: KeyObject): KeptAnchor => ({
  ...anchor,
  signature: sign(null, signedBytes(anchor), key).toString("base64")
})

/** Did the holder of this key sign it? `key` is either half of the pair. */
const isSignedBy = (anchor: KeptAnchor, key: KeyObject): boolean =>
  anchor.signature !== undefined &&
  verify(
    null,
    signedBytes(anchor),
    key.type === "private" ? createPublicKey(key) : key,
    Buffer.from(anchor.signature, "base64")
  )

/** Where the feed stands, at a moment; nothing where it is empty. */
export const standing = (
  at: string
): Effect.Effect<Option.Option<KeptAnchor>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { identity } = yield* TradeRepository.TradeRepository
    const newest = Option.fromNullable(yield* Feed.newestRow)
    return Option.map(newest, ({ feedHash, position }) => ({
      store: identity.id,
      incarnation: identity.incarnation,
      position,
      hash: feedHash,
      at
    }))
  })

const Line = Schema.parseJson(KeptAnchor)

/** An anchor as the line of a file. */
export const lineOf = (anchor: KeptAnchor): string => `${Schema.encodeSync(Line)(anchor)}\n`

const read = Schema.decodeUnknownOption(Line)

/** A line of a file of anchors that does not count, and why. */
export interface RefusedLine {
  readonly line: number
  readonly why: string
}

/** What a file of anchors says of a store. */
export interface Found {
  /** Those that count, the newest last. */
  readonly anchors: ReadonlyArray<KeptAnchor>
  readonly refused: ReadonlyArray<RefusedLine>
  /** What journals came to, as far as the key that is configured signed it; nothing where there is no key. */
  readonly states: ReadonlyArray<Checkpoints.State>
}

/**
 * The anchors of a store in the text of a file. Where there is a key, whatever it did not sign is refused by its line; the last
 * line without its end was being written when the machine stopped.
 */
export const anchorsIn = (
  text: string,
  { id, incarnation }: TradeRepository.StoreIdentity,
  key: KeyObject | undefined
): Found => {
  const refused: Array<RefusedLine> = []
  const anchors: Array<KeptAnchor> = []
  const lines = text.split("\n").slice(0, -1)
  for (const [index, line] of lines.entries()) {
    const anchor = Option.getOrUndefined(read(line))
    const refuse = (why: string) => refused.push({ line: index + 1, why })
    if (anchor === undefined) refuse("is not an anchor")
    else if (anchor.store !== id || anchor.incarnation !== incarnation) continue
    else if (key !== undefined && !isSignedBy(anchor, key)) refuse("is not signed by the key that is configured")
    else anchors.push(anchor)
  }
  const states = key === undefined ? [] : anchors.flatMap((anchor) => anchor.states ?? [])
  return { anchors: anchors.toSorted((one, other) => one.position - other.position), refused, states }
}
