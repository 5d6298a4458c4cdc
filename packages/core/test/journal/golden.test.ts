import { Either, Schema } from "effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { decodeEntry } from "../../src/events/decode.ts"
import { bodyOf } from "../../src/events/encode.ts"
import { emptyHead, hashOf, type Entry } from "../../src/events/Entry.ts"
import { EVENT_VERSION } from "../../src/events/Event.ts"
import { breakKinds } from "../../src/records/Break.ts"
import * as golden from "./golden.ts"

const folder = new URL("golden/", import.meta.url)
const fileOf = (tag: string) => new URL(`${tag}.${EVENT_VERSION}.json`, folder)
const HOW = "make it with: ROUNDLOT_GOLDEN=write npx vitest run packages/core/test/journal, and look at it"

const decoded = (entry: Entry): unknown => Either.map(decodeEntry(entry), golden.plain)

/** Files are made once, for an event that has none; what is there is never written over. */
const make = (tag: string): void => {
  const entry = golden.entryFor(tag)
  const event = Either.getOrThrow(Either.map(decodeEntry(entry), golden.plain))
  writeFileSync(fileOf(tag), `${JSON.stringify({ entry, event }, undefined, 2)}\n`)
}

const detailsFile = new URL("breakDetails.json", import.meta.url)

if (process.env["ROUNDLOT_GOLDEN"] === "write") {
  const bodies = breakKinds.map((kind) => [kind, bodyOf(golden.opened(kind))] as const)
  writeFileSync(detailsFile, `${JSON.stringify(Object.fromEntries(bodies), undefined, 2)}\n`)
  for (const tag of golden.tags) if (!existsSync(fileOf(tag))) make(tag)
}

const files = readdirSync(folder)

describe("events outlive the version that wrote them", () => {
  it.each(golden.tags)("%s has a golden file of the version that is written now", (tag) => {
    expect(existsSync(fileOf(tag)), `${tag} has no golden file of version ${EVENT_VERSION}; ${HOW}`).toBe(true)
  })

  it.each(files)("%s is read as it was when it was made", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8")
    const { entry, event } = Schema.decodeUnknownSync(Schema.parseJson(golden.Golden))(text)
    const { hash, ...rest } = entry
    expect(`${entry.tag}.${entry.eventVersion}.json`).toBe(file)
    expect(hashOf(emptyHead.hash, rest)).toBe(hash)
    expect(decoded(entry)).toEqual(Either.right(event))
  })

  it.each(breakKinds)("the details of a break of the kind %s are written as in its golden file", (kind) => {
    const body = bodyOf(golden.opened(kind))
    expect(JSON.parse(readFileSync(detailsFile, "utf8"))).toHaveProperty(kind, body)
    expect(decoded(golden.entryOf("BreakOpened", body))).toEqual(Either.right(golden.plain(golden.opened(kind))))
  })

  it("an entry of a version that is not known here is refused by name, not guessed", () => {
    const entry = { ...golden.entryFor("Evaluated"), eventVersion: EVENT_VERSION + 1 }
    expect(decodeEntry(entry)).toEqual(Either.left(`event version ${EVENT_VERSION + 1} is not known here`))
  })
})
