// What people read on the dashboard is in its catalogue, words/: a literal in a page, a part or an action fails.
import { basename } from "node:path"
import ts from "typescript"
import { place, report, sourcesIn } from "./sources.mjs"

/** Attributes and props that are read, or read aloud. */
const read = new Set(
  "alt aria-description aria-label aria-roledescription aria-valuetext empty help label note placeholder summary tail title unit verb".split(
    " "
  )
)

/** The same in records: of an action, a key, a list. */
const readFields = new Set([
  "also",
  "done",
  "does",
  "empty",
  "help",
  "label",
  "tells",
  "title",
  "verb",
  "will",
  "willNot"
])

/** What is typed, pressed or drawn is in no language. */
const untold = new Set(["code", "kbd", "path", "svg"])

/** Names: they are never translated. */
const names = new Set(["Roundlot"])

const hasWord = (text) => /\p{L}{2}/u.test(text) && !names.has(text.trim())

/** A sentence or a phrase, wherever it is written. */
const isPhrase = (text) => /^\p{Lu}\p{Ll}+,? \p{Ll}/u.test(text.trim()) || /\s.*\p{Ll}{2}\)?\.$/u.test(text)

/** What a node says by itself: of a template the words between its values. */
const textOf = (node) => {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isJsxText(node)) return node.text
  return ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(" ")
    : undefined
}

const isCode = (text) => /^\W*(npx )?roundlot |^--\w/.test(text)

const isCondition = (node) =>
  ts.isBinaryExpression(node.parent) && /^[!=]==$/.test(node.parent.operatorToken.getText(node.getSourceFile()))

/** The nearest place that says whether a literal is read: what is an argument of a call is the call's. */
const isShown = (node) => {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const { parent } = at
    if (ts.isCallExpression(parent) || isCondition(at) || ts.isElementAccessExpression(parent)) return false
    if (ts.isConditionalExpression(parent) && parent.condition === at) return false
    if (ts.isJsxAttribute(parent)) return read.has(parent.name.getText())
    if (ts.isPropertyAssignment(parent)) return at === parent.initializer && readFields.has(parent.name.getText())
    if (ts.isJsxExpression(parent) && !ts.isJsxAttribute(parent.parent)) return true
    if (ts.isArrowFunction(parent) && parent.body === at && ts.isBlock(at)) return false
  }
  return false
}

const tagOf = (node) => (ts.isJsxElement(node) ? node.openingElement.tagName.getText() : undefined)

const faultsOf = (source) => {
  const found = []
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || untold.has(tagOf(node))) return
    const text = textOf(node)
    const isRead = text !== undefined && (ts.isJsxText(node) || isPhrase(text) || isShown(node))
    if (isRead && hasWord(text) && !isCode(text))
      found.push(`${place(source, node)} says ${JSON.stringify(text.trim())}: move it to words/text/`)
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return found
}

/** What a room of the catalogue has, by its name. */
const namesIn = ({ tree }) => {
  const names = []
  const visit = (node) => {
    const isRoom = ts.isCallExpression(node) && node.expression.getText() === "messages"
    if (isRoom) for (const property of node.arguments[0].properties) names.push(property.name)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

/** Which texts of a room a file says; `undefined` where it takes them by a computed name, or takes the room apart. */
const saidBy = ({ tree }) => {
  const text = tree.getFullText()
  return /\btexts\[|= texts$/m.test(text) ? undefined : [...text.matchAll(/\btexts\.(\w+)/g)].map(([, name]) => name)
}

/** Texts that no file says any more. */
const unsaidIn = (room, all) => {
  const users = all.filter(({ tree }) =>
    tree.statements.some(
      (node) => ts.isImportDeclaration(node) && node.moduleSpecifier.text.endsWith(`text/${basename(room.path)}`)
    )
  )
  const said = users.map(saidBy)
  if (said.includes(undefined)) return []
  const known = new Set(said.flat())
  return namesIn(room)
    .filter(({ text }) => !known.has(text))
    .map((name) => `${place(room, name)} ${name.text} is said nowhere: delete it`)
}

const all = sourcesIn("packages/dashboard", "dashboard")
const pages = all.filter(({ path }) => !path.includes("/src/words/"))
const rooms = all.filter(({ path }) => /\/words\/text\/(?!messages\.ts)/.test(path))
report([...pages.flatMap(faultsOf), ...rooms.flatMap((room) => unsaidIn(room, all))], pages.length)
