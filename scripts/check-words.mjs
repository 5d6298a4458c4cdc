// Words that no operator says, in what the program shows: in strings, templates and the text of pages.
import ts from "typescript"
import { place, report, sources } from "./sources.mjs"

/** What was retired, and what is said instead. */
const retired = [
  [/\bwhoever\b/i, "name who it is: the operator, the caller, the broker"],
  [/\banew\b/i, "again"],
  [/\bgiven back\b/i, "released"],
  [/\bsees to\b/i, "is the owner of"],
  [/\bof late\b/i, "recently"],
  [/\bby now\b/i, "already, or now"],
  [/\bmend(s|ed|ing)?\b/i, "fix"],
  [/\b(is|was|are|were|be) told\b/i, "reported, or shown"],
  [/\btells? (of|that|how|what|when|whether|why)\b/i, "reports, or says"],
  [/\bnothing needs you\b/i, "no open items"],
  [/\bin doubt\b/i, "unconfirmed"]
]

const isShown = (node) =>
  ts.isJsxText(node) ||
  ts.isStringLiteral(node) ||
  ts.isNoSubstitutionTemplateLiteral(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddle(node) ||
  ts.isTemplateTail(node)

/** A code, a key or a path has no blank, and is not read by people. */
const isProse = (text) => /\s/.test(text.trim())

const isOfCode = (node) => ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)

const faultsOf = (source) => {
  const found = []
  const visit = (node) => {
    if (isShown(node) && !isOfCode(node) && isProse(node.text)) {
      for (const [word, instead] of retired) {
        const [said] = word.exec(node.text) ?? []
        if (said !== undefined) found.push(`${place(source, node)} says "${said}": say ${instead}`)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return found
}

const files = sources()
report(files.flatMap(faultsOf), files.length)
