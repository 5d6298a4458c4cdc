// Every exported name in packages/*/src has a doc comment that says something.
import ts from "typescript"
import { place, report, sources } from "./sources.mjs"

const isExported = (node) => (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0

const isDocumented = (node) =>
  ts.getJSDocCommentsAndTags(node).some((doc) => {
    if (!ts.isJSDoc(doc)) return false
    return (ts.getTextOfJSDocComment(doc.comment) ?? "").trim() !== ""
  })

const namesIn = (binding) =>
  ts.isIdentifier(binding)
    ? [binding]
    : binding.elements.filter(ts.isBindingElement).flatMap((element) => namesIn(element.name))

/** The names a statement declares, each with the node that carries its comment. */
const declared = (statement) => {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations
      .flatMap((declaration) => namesIn(declaration.name))
      .map((name) => ({
        name: name.text,
        node: name,
        documented: isDocumented(statement),
        exported: isExported(statement.declarationList.declarations[0])
      }))
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  ) {
    const name = statement.name?.text ?? "default"
    return [{ name, node: statement, documented: isDocumented(statement), exported: isExported(statement) }]
  }
  return []
}

/** Names that `export { a, b as c }` makes public; what comes from another module is documented there. */
const listed = (statement) =>
  ts.isExportDeclaration(statement) &&
  statement.moduleSpecifier === undefined &&
  statement.exportClause !== undefined &&
  ts.isNamedExports(statement.exportClause)
    ? statement.exportClause.elements.map((element) => (element.propertyName ?? element.name).text)
    : []

const undocumented = (source) => {
  const declarations = source.tree.statements.flatMap(declared)
  const exportedNames = new Set([
    ...source.tree.statements.flatMap(listed),
    ...declarations.filter((one) => one.exported).map((one) => one.name)
  ])
  // A schema and the type of the same name, or the overloads of a function, are one name: one comment is enough.
  const documented = new Set(declarations.filter((one) => one.documented).map((one) => one.name))
  const missing = new Map()
  for (const { name, node } of declarations) {
    if (exportedNames.has(name) && !documented.has(name) && !missing.has(name)) missing.set(name, node)
  }
  return [...missing].map(([name, node]) => `${place(source, node)} ${name} is exported and has no doc comment`)
}

const files = sources()
report(files.flatMap(undocumented), files.length)
