import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { expect, it } from "vitest"
import { desk, running } from "../cli/roundlot.ts"
import { root } from "./blocks.ts"

const packages = readdirSync(join(root, "packages"))

/** A checkout with the manifests, READMEs and changesets of this one, in which nothing can be built or published. */
const checkout = (): string => {
  const { folder } = desk()
  const names = ["package.json", "pnpm-workspace.yaml", ".changeset", "scripts/release.mjs", "scripts/bill.mjs"]
  const manifests = ["packages", "examples"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/package.json`)
  )
  const others = ["bench/package.json", "simulation/package.json", "scripts/sources.mjs"]
  const readmes = packages.map((name) => `packages/${name}/README.md`)
  for (const name of [...names, ...others, ...readmes, ...manifests].filter((each) => existsSync(join(root, each))))
    cpSync(join(root, name), join(folder, name), { recursive: true })
  writeFileSync(join(folder, "pnpm-lock.yaml"), "")
  mkdirSync(join(folder, "node_modules"))
  for (const name of ["typescript", "@typescript"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name))
  const git = (...words: ReadonlyArray<string>) => execFileSync("git", words, { cwd: folder, stdio: "ignore" })
  git("init")
  git("add", ".")
  git("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--message", "all")
  return folder
}

it("SDK-6: changesets make a change log for each package, which is published with it; without them nothing is", async () => {
  const folder = checkout()
  const node = async (...words: ReadonlyArray<string>) => {
    const variables = { ROUNDLOT_REPOSITORY: "git+https://forge.example/who/what.git" }
    return running([process.execPath, ...words], { cwd: folder, variables }).ended
  }
  const refused = await node("scripts/release.mjs")
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("changeset version") })
  expect(await node(join(root, "node_modules/@changesets/cli/bin.js"), "version")).toMatchObject({ code: 0 })
  for (const name of packages) {
    const home = join(folder, "packages", name)
    const manifest: unknown = JSON.parse(readFileSync(join(home, "package.json"), "utf8"))
    expect(manifest).toMatchObject({ version: "0.1.0", files: expect.arrayContaining(["CHANGELOG.md"]) })
    expect(readFileSync(join(home, "CHANGELOG.md"), "utf8")).toMatch(/^# (?:@roundlot\/)?[\w-]+\n\n## 0\.1\.0\n\n### /)
  }
  // It goes on to the build, which cannot be done here.
  expect((await node("scripts/release.mjs")).err).not.toContain("CHANGELOG")
})
