import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { expect, it } from "vitest"

const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const program = fileURLToPath(new URL("plantedProgram.ts", import.meta.url))

it("a file .env of the working directory is not read: the library is told all that it would look for there", () => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-ibkr-"))
  writeFileSync(join(folder, ".env"), "PLANTED=planted\nIB_HOST=192.0.2.1\n")
  const said = execFileSync(process.execPath, ["-C", "@roundlot/source", "--import", loader, program], {
    cwd: folder,
    encoding: "utf8"
  })
  rmSync(folder, { recursive: true, force: true })
  expect(said).toBe("nobody_listens nothing")
})
