import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RejectedFile from "../src/RejectedFile.ts"
import { badOf, rowsOf } from "./reading.ts"

const CSV = `source_id,timestamp,symbol,side,quantity
=HYPERLINK("x"),2026-11-20T14:30:00Z,KO,buy,1
t-2,2026-11-20T14:30:00Z,KO,buy,-1
@t-3,now,"K,O",buy,1
short
`

const inFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* use(yield* fs.makeTempDirectoryScoped())
  }).pipe(Effect.provide(NodeFileSystem.layer))

it("names the file beside the imported one", () => {
  expect(RejectedFile.pathOf("in/trades.csv")).toBe("in/trades.csv.rejected.csv")
  expect(RejectedFile.pathOf("-")).toBe("stdin.rejected.csv")
})

it.scoped("B5: writes every bad row, no formula among them, for the owner's eyes, and replaces an earlier file", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = RejectedFile.pathOf(`${folder}/trades.csv`)
      yield* fs.writeFileString(`${folder}/other`, "not to be touched")
      yield* fs.symlink(`${folder}/other`, path)
      const bad = badOf(yield* rowsOf(CSV))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const rejected = yield* RejectedFile.make(path)
          yield* rejected.write(bad.slice(0, 1))
          yield* rejected.write(bad.slice(1))
        })
      )
      expect(yield* fs.readFileString(path)).toBe(
        [
          "line,column,value,reason,raw",
          `2,source_id,"'=HYPERLINK(""x"")",has a double quote inside a field that is not quoted,"'=HYPERLINK(""x""),2026-11-20T14:30:00Z,KO,buy,1"`,
          `3,quantity,-1,is negative,"t-2,2026-11-20T14:30:00Z,KO,buy,-1"`,
          `4,timestamp,now,"is not an ISO 8601 time with a zone, such as 2026-11-20T14:30:00Z","'@t-3,now,""K,O"",buy,1"`,
          `5,,short,"has 1 field, the header has 5",short`,
          ""
        ].join("\r\n")
      )
      expect((yield* fs.stat(path)).mode & 0o777).toBe(0o600)
      expect(yield* fs.readFileString(`${folder}/other`)).toBe("not to be touched")
    })
  )
)

it.scoped("makes no file without a bad row", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      yield* Effect.scoped(Effect.flatMap(RejectedFile.make(`${folder}/r.csv`), (rejected) => rejected.write([])))
      expect(yield* fs.readDirectory(folder)).toEqual([])
    })
  )
)

it.scoped("says where it cannot write", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const bad = badOf(yield* rowsOf(CSV))
      const path = `${folder}/none/r.csv`
      const write = Effect.flatMap(RejectedFile.make(path), (rejected) => rejected.write(bad))
      const error = yield* Effect.flip(Effect.scoped(write))
      expect(error._tag).toBe("RejectedFileError")
      expect(error.message).toContain(`${path} cannot be written`)
    })
  )
)
