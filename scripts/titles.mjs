// The titles of all tests as their files say them, without running one: what `requirements.mjs` makes its table of.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import ts from "typescript"
import { root } from "./sources.mjs"
import { testFiles } from "./tiers.mjs"

/** Where a title has a part that only a run knows. */
export const UNKNOWN = "…"

const contracts = "packages/testing/src"

const parse = (path) => ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true)

/** `[…].filter(…)`: which of its rows are tried may depend on the run; their titles are those of the list. */
const isFilter = (node) =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "filter"

const bare = (node) => {
  if (isFilter(node)) return bare(node.expression.expression)
  const isWrapped = ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
  return isWrapped ? bare(node.expression) : node
}

const isText = (node) => ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)

/** The constants of a file, by name. */
const constantsOf = (tree) =>
  new Map(
    tree.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .filter(({ initializer, name }) => initializer !== undefined && ts.isIdentifier(name))
      .map(({ initializer, name }) => [name.text, bare(initializer)])
  )

const resolve = (constants, node) => {
  const found = bare(node)
  return ts.isIdentifier(found) ? (constants.get(found.text) ?? found) : found
}

/** The text of an expression, with `UNKNOWN` where a run decides. */
const textOf = (constants, node) => {
  const found = resolve(constants, node)
  if (isText(found)) return found.text
  if (ts.isNumericLiteral(found)) return found.text
  if (!ts.isTemplateExpression(found)) return UNKNOWN
  const spans = found.templateSpans.map(({ expression, literal }) => textOf(constants, expression) + literal.text)
  return found.head.text + spans.join("")
}

const elementsOf = (constants, node) => {
  const found = resolve(constants, node)
  return ts.isArrayLiteralExpression(found) && !found.elements.some(ts.isSpreadElement)
    ? [...found.elements]
    : undefined
}

/** A title of `each` for one of its rows. Only texts for `%s` are said as they are: the rest is written by the runner, its own way. */
const filled = (constants, title, row) => {
  const values = elementsOf(constants, row) ?? [row]
  let next = 0
  return title.replaceAll(placeholders, (placeholder) => {
    if (placeholder.startsWith("$")) return UNKNOWN
    const value = values[next++]
    return placeholder === "%s" && value !== undefined ? textOf(constants, value) : UNKNOWN
  })
}

const placeholders = /%[sdifjoO#]|\$[\w.]+/g

/** What a call with a title is called, once for each row that the file itself lists. */
const titlesOf = (constants, callee, titleNode) => {
  const title = textOf(constants, titleNode)
  if (!ts.isCallExpression(callee)) return [title]
  const rows = elementsOf(constants, callee.arguments[0] ?? callee)
  if (rows === undefined) return [title.replaceAll(placeholders, UNKNOWN)]
  return [...new Set(rows.map((row) => filled(constants, title, row)))]
}

const propertyOf = (row, name) =>
  row.properties.find((property) => ts.isPropertyAssignment(property) && property.name.getText() === name)?.initializer

const rootOf = (node) =>
  ts.isIdentifier(node)
    ? node.text
    : ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)
      ? rootOf(node.expression)
      : ""

const isBlock = (callee) => rootOf(callee) === "describe"
const blocks = ["describe", "it", "test"]

/** Helpers of a file that take a title and hand it on to `it`, `test` or `describe`. */
const isTitled = (name) => blocks.includes(name) || /^it[A-Z]/.test(name)

const stringsOf = (constants, node) => (elementsOf(constants, node) ?? []).map((one) => textOf(constants, one))

/** The clauses of a contract: their names, and what a store or broker needs to be held to them. */
const clausesIn = (path) => {
  const tree = parse(path)
  const constants = constantsOf(tree)
  const found = []
  const visit = (node) => {
    if (
      ts.isObjectLiteralExpression(node) &&
      ["name", "needs", "run"].every((name) => node.properties.some((one) => one.name?.getText() === name)) &&
      propertyOf(node, "name") !== undefined
    )
      found.push({
        name: textOf(constants, propertyOf(node, "name")),
        needs: stringsOf(constants, propertyOf(node, "needs"))
      })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** The clauses in the files of a folder. */
const clausesOf = (kind) =>
  readdirSync(join(root, contracts, kind)).flatMap((name) => clausesIn(`${contracts}/${kind}/${name}`))

const suites = new Map([
  ["describeStore", { block: "SDK-2: the contract of a store: ", clauses: clausesOf("store") }],
  ["describeBroker", { block: "SDK-2: the contract of a broker: ", clauses: clausesOf("broker") }]
])

const clauseTitles = (constants, suite, [name, , capabilities]) => {
  const has = stringsOf(constants, capabilities)
  return suite.clauses
    .filter(({ needs }) => needs.every((need) => has.includes(need)))
    .map((clause) => [suite.block + textOf(constants, name), clause.name])
}

/** What a file imports from files beside it, by name. */
const importsOf = (path, tree) =>
  new Map(
    tree.statements
      .filter((one) => ts.isImportDeclaration(one) && one.moduleSpecifier.text.startsWith("."))
      .flatMap(({ importClause, moduleSpecifier }) => {
        const names = importClause?.namedBindings
        const from = join(dirname(path), moduleSpecifier.text)
        return names !== undefined && ts.isNamedImports(names)
          ? names.elements.map(({ name }) => [name.text, from])
          : []
      })
  )

/** The tests under a node, as lists of titles. */
const titlesUnder = (file, ancestors, node) => {
  if (!ts.isCallExpression(node) || node.arguments.length === 0) return titlesWithin(file, ancestors, node)
  const called = rootOf(node.expression)
  const suite = suites.get(called)
  if (suite !== undefined) return clauseTitles(file.constants, suite, node.arguments)
  const shared = ts.isIdentifier(node.expression) ? sharedTests(file.imports.get(called), called) : undefined
  if (shared !== undefined) return titlesWithin(shared.file, ancestors, shared.body)
  if (!isTitled(called) || node.arguments.length < 2) return titlesWithin(file, ancestors, node)
  return titlesOf(file.constants, node.expression, node.arguments[0]).flatMap((title) =>
    isBlock(node.expression)
      ? node.arguments.slice(1).flatMap((argument) => titlesUnder(file, [...ancestors, title], argument))
      : [[...ancestors, title]]
  )
}

const titlesWithin = (file, ancestors, node) => {
  const found = []
  ts.forEachChild(node, (child) => void found.push(...titlesUnder(file, ancestors, child)))
  return found
}

/** A function of another file that makes tests where it is called: `flows(stage())`. */
const sharedTests = (path, name) => {
  if (path === undefined || !existsSync(join(root, path))) return undefined
  const file = open(path)
  const body = file.constants.get(name)
  return body !== undefined && titlesWithin(file, [], body).length > 0 ? { file, body } : undefined
}

const opened = new Map()
const open = (path) => {
  const known = opened.get(path)
  if (known !== undefined) return known
  const tree = parse(path)
  const file = { tree, constants: constantsOf(tree), imports: importsOf(path, tree) }
  opened.set(path, file)
  return file
}

const testsOf = (path) => {
  const file = open(path)
  return titlesWithin(file, [], file.tree).map((titles) => ({ file: path, titles }))
}

/** Every test of the project, as `{ file, titles }`: the titles of its blocks and its own. */
export const allTests = () => testFiles().flatMap(testsOf)
