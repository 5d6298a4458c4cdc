import { Effect, Either, Schema } from "effect"
import { randomUUID } from "node:crypto"
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { keepFolder, newestOf, numberedIn, rooms } from "./Numbered.ts"
import { asking, ifThere, stop, type SpoolFault } from "./SpoolFault.ts"

const fields = {
  store: Schema.String,
  incarnation: Schema.String,
  source: Schema.String,
  account: Schema.String
}

/** Whose folder it is: the source of an account, in the books of a store as they were made, restored or copied. */
export const Holder = Schema.Struct(fields)

/** Whose folder it is. */
export type Holder = typeof Holder.Type

/** `before` is how many files the folder has put away that are none of the holder's. */
const Claim = Schema.parseJson(Schema.Struct({ ...fields, folder: Schema.String, before: Schema.Int }))

/** What a claim says. */
export type Claim = typeof Claim.Type

/** The file that says whose the folder is. */
const CLAIM = ".roundlot-claim.json"

/** A person gives the folder to who comes next by this name of the same file. */
const RELEASED = ".roundlot-claim.released"

const textOf = (folder: string, name: string): Effect.Effect<string | undefined, SpoolFault> =>
  ifThere(`${join(folder, name)} cannot be read`, () => readFile(join(folder, name), "utf8"))

const claimIn = (folder: string, name: string): Effect.Effect<Claim | undefined, SpoolFault> =>
  Effect.flatMap(textOf(folder, name), (text) =>
    text === undefined
      ? Effect.succeed(undefined)
      : Either.match(Schema.decodeEither(Claim)(text), {
          onLeft: () =>
            Effect.fail(
              stop(
                `${join(folder, name)} cannot be read as a claim`,
                "Remove it if nothing was imported from the folder yet"
              )
            ),
          onRight: Effect.succeed
        })
  )

const write = (folder: string, claim: Claim): Effect.Effect<Claim, SpoolFault> =>
  asking(`${join(folder, CLAIM)} cannot be written`, async () => {
    // Of two that come at once one is too late.
    await writeFile(join(folder, CLAIM), `${Schema.encodeSync(Claim)(claim)}\n`, {
      flag: "wx",
      mode: 0o644,
      flush: true
    })
    await keepFolder(folder)
    return claim
  })

const keysOf = (holder: Holder) => [holder.store, holder.incarnation, holder.source, holder.account].join("\n")

const RELEASE = (folder: string) =>
  `To continue here, see 'A folder' in docs/guides/follow-a-source.md, then: mv ${folder}/${CLAIM} ${folder}/${RELEASED}`

/** Why another one's folder is not taken from. */
const refusal = (folder: string, theirs: Holder, ours: Holder): SpoolFault => {
  const whose = `source ${theirs.source} of account ${theirs.account}`
  if (theirs.store !== ours.store) return stop(`${folder} is in use by ${whose} of other books`, RELEASE(folder))
  return theirs.source === ours.source && theirs.account === ours.account
    ? stop(`${folder} was in use before these books were restored or copied`, RELEASE(folder))
    : stop(`${folder} is the folder of ${whose}`, `Give ${ours.source} another folder. ${RELEASE(folder)}`)
}

const begin = (folder: string, ours: Holder) =>
  Effect.gen(function* () {
    const files = yield* Effect.forEach(rooms, (room) => numberedIn(folder, room))
    if (files.flat().length > 0)
      return yield* stop(`${folder} was used before, but has no claim`, `Put ${CLAIM} back, or name an empty folder`)
    return yield* write(folder, { ...ours, folder: randomUUID(), before: 0 })
  })

/** Goes on in a folder that a person has released: what another source took stays that one's. */
const takeOver = (folder: string, released: Claim, ours: Holder, known: string | undefined) =>
  Effect.gen(function* () {
    const isSame = released.store === ours.store && released.source === ours.source && released.account === ours.account
    const theirs = `source ${released.source} of account ${released.account}`
    // What that one took would look like what older books do not know, and be bought again.
    if (!isSame && known !== undefined)
      return yield* stop(
        `${theirs} has imported from ${folder} since`,
        "Name an empty folder, or give this source another name"
      )
    const [taking, ...away] = yield* Effect.forEach(rooms, (room) => numberedIn(folder, room))
    if (!isSame && taking !== undefined && taking.length > 0)
      return yield* stop(
        `${folder}/taking has a file from which ${theirs} may have imported rows`,
        "Let that source finish the file, or move it elsewhere"
      )
    const before = isSame ? released.before : (newestOf(away.flat())?.number ?? released.before)
    return yield* write(folder, { ...ours, folder: released.folder, before })
  })

/**
 * Claims a folder, or finds it claimed by the same; `known` is the folder that the books know the source by. A folder without a claim
 * where they know one is not it: what is mounted there is missing, or another.
 */
export const claim = (folder: string, ours: Holder, known: string | undefined): Effect.Effect<Claim, SpoolFault> =>
  Effect.gen(function* () {
    const standing = yield* claimIn(folder, CLAIM)
    const released = yield* claimIn(folder, RELEASED)
    const other = stop(
      `${folder} is not the folder that ${ours.source} used before`,
      "Check the mount and the path. To use another folder, give the source another name"
    )
    const found = standing ?? released
    if (known !== undefined && found?.folder !== known) return yield* other
    if (standing !== undefined && keysOf(standing) !== keysOf(ours)) return yield* refusal(folder, standing, ours)
    if (standing !== undefined) return standing
    if (released === undefined) return yield* begin(folder, ours)
    const claimed = yield* takeOver(folder, released, ours, known)
    yield* asking(`${join(folder, RELEASED)} cannot be removed`, () => rm(join(folder, RELEASED), { force: true }))
    return claimed
  })

/** Is the folder still that one? A folder that vanishes may leave an empty one in its place. */
export const stillOurs = (folder: string, ours: Holder, id: string): Effect.Effect<void, SpoolFault> =>
  Effect.flatMap(claimIn(folder, CLAIM), (standing) =>
    standing === undefined
      ? stop(`${folder} no longer has a claim`, `Check that it is mounted; otherwise put ${CLAIM} back`)
      : keysOf(standing) === keysOf(ours) && standing.folder === id
        ? Effect.void
        : refusal(folder, standing, ours)
  )
