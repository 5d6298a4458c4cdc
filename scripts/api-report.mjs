// The public face of the packages: each door, each name, as it is declared, in `packages/NAME/api-report.txt`. A change of it is a line
// of a review. `npm run api` writes the reports, `--check` fails where one is not what the sources say.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import process from "node:process"
import ts from "typescript"
import { packageNames, root } from "./sources.mjs"

/** The names at the root of core that there may be: what an app needs; all else has a door of its own. */
const MOST_AT_THE_ROOT = 30

const trees = new Map()
const treeOf = (file) => {
  const known = trees.get(file)
  if (known !== undefined) return known
  const tree = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true)
  trees.set(file, tree)
  return tree
}

/** Text without comments, in one line. */
const line = (text) => {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text)
  let written = ""
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const isComment = token === ts.SyntaxKind.MultiLineCommentTrivia || token === ts.SyntaxKind.SingleLineCommentTrivia
    written += isComment ? "" : scanner.getTokenText()
  }
  return written.replaceAll(/\s+/g, " ").trim()
}

const textOf = (node) => line(node.getText())

/** What callers give and get. */
const signature = ({ parameters, type, typeParameters }) => {
  const generic = typeParameters === undefined ? "" : `<${typeParameters.map(textOf).join(", ")}>`
  return `${generic}(${parameters.map(textOf).join(", ")})${type === undefined ? "" : `: ${textOf(type)}`}`
}

const isFunction = (node) => node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node))

const ofVariable = ({ initializer, name, type }) => {
  if (type !== undefined) return `const ${textOf(name)}: ${textOf(type)}`
  return isFunction(initializer) ? `const ${textOf(name)}${signature(initializer)}` : `const ${textOf(name)}`
}

const ofClass = ({ heritageClauses = [], name }) => line(`class ${name.text} ${heritageClauses.map(textOf).join(" ")}`)

const isExported = (node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

/** What a statement declares, by its name. */
const declared = (node) => {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.map((each) => [textOf(each.name), ofVariable(each)])
  if (ts.isFunctionDeclaration(node)) return [[node.name.text, `function ${node.name.text}${signature(node)}`]]
  if (ts.isClassDeclaration(node)) return [[node.name.text, ofClass(node)]]
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    return [[node.name.text, textOf(node).replace(/^export /, "")]]
  return []
}

const within = (file, specifier) => join(dirname(file), specifier)
const isOurs = (specifier) => specifier.startsWith(".")

const listed = ({ elements }) =>
  elements.map(({ name, propertyName }) => ({ name: name.text, from: (propertyName ?? name).text }))

/** What a file gives on of another. */
const passedOn = (file, node) => {
  const specifier = node.moduleSpecifier?.text
  const clause = node.exportClause
  if (specifier === undefined)
    return listed(clause).flatMap(({ from, name }) =>
      treeOf(file)
        .statements.flatMap(declared)
        .filter(([each]) => each === from)
        .map(([, text]) => [name, text])
    )
  if (!isOurs(specifier)) return clause === undefined ? [] : [[textOf(clause), `of ${specifier}`]]
  const target = within(file, specifier)
  if (clause === undefined) return exportsOf(target)
  if (ts.isNamespaceExport(clause))
    return exportsOf(target).map(([name, text]) => [`${clause.name.text}.${name}`, text])
  return listed(clause).flatMap(({ from, name }) =>
    exportsOf(target)
      .filter(([each]) => each === from)
      .map(([, text]) => [name, text])
  )
}

const exportsOf = (file) =>
  treeOf(file).statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) return passedOn(file, node)
    return isExported(node) ? declared(node) : []
  })

const manifestOf = (name) => JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))

/** The doors of a package, and the file behind each. */
const doorsOf = (name) =>
  Object.entries(manifestOf(name).exports ?? {}).flatMap(([door, target]) => {
    const source = target?.["@roundlot/source"]
    return source === undefined ? [] : [[door, join(root, "packages", name, source)]]
  })

const reportOf = (name) =>
  doorsOf(name)
    .map(([door, file]) => {
      const lines = exportsOf(file).map(([path, text]) => {
        const space = path.includes(".") ? `${path.slice(0, path.lastIndexOf("."))}: ` : ""
        return `${space}${text}`
      })
      return [`# ${manifestOf(name).name}${door.slice(1)}`, ...lines.toSorted(), ""].join("\n")
    })
    .join("\n")

/** How many names a program meets at the root of core. */
const atTheRoot = () =>
  new Set(exportsOf(join(root, "packages", "core", "src", "index.ts")).map(([path]) => path.split(".")[0])).size

const faults = packageNames.flatMap((name) => {
  const report = reportOf(name)
  if (report === "") return []
  const file = join(root, "packages", name, "api-report.txt")
  if (!process.argv.includes("--check")) writeFileSync(file, report)
  return existsSync(file) && readFileSync(file, "utf8") === report
    ? []
    : [`${relative(root, file)} is not what the sources say: run 'npm run api' and look at what changed`]
})
const names = atTheRoot()
if (names > MOST_AT_THE_ROOT)
  faults.push(`${names} names are at the root of @roundlot/core: put what no app needs behind /adapter or /ledger`)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
