// The source files of the packages, parsed once for the checks that read the syntax tree.
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"

/** The folder of the checkout. */
export const root = fileURLToPath(new URL("..", import.meta.url))

/** The folders in packages/. */
export const packageNames = readdirSync(join(root, "packages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

const typescriptFiles = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))

/** Every file of the `src` of a folder, as `{ package, path, tree }`, where `path` is relative to the checkout. */
export const sourcesIn = (folder, name) =>
  typescriptFiles(join(root, folder, "src")).map((file) => ({
    package: name,
    path: relative(root, file).replaceAll("\\", "/"),
    tree: ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true)
  }))

/** The same of every package. */
export const sources = () => packageNames.flatMap((name) => sourcesIn(`packages/${name}`, name))

/** `path:line:column` of a node, as editors take it. */
export const place = (source, node) => {
  const { line, character } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree))
  return `${source.path}:${line + 1}:${character + 1}`
}

/** Prints what was found, in the order of the files, and sets the exit code. */
export const report = (findings, checked) => {
  for (const finding of findings) console.error(finding)
  console.error(`${findings.length} findings in ${checked} files`)
  if (findings.length > 0 || checked === 0) process.exitCode = 1
}
