import { SchemaAST } from "effect"

const literalsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(literalsOf)
  return SchemaAST.isLiteral(ast) ? [String(ast.literal)] : []
}

/** The tags that a struct may have: none where its `_tag` is of no closed set. */
export const tagsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (!SchemaAST.isTypeLiteral(ast)) return []
  return ast.propertySignatures.filter(({ name }) => name === "_tag").flatMap(({ type }) => literalsOf(type))
}

/** What each struct of a union is given, by its tags; `undefined` where a member is no struct of tags of its own. */
export const byTag = <A>(
  types: ReadonlyArray<SchemaAST.AST>,
  of: (ast: SchemaAST.TypeLiteral, tag: string) => A | undefined
): ReadonlyMap<unknown, A> | undefined => {
  const found = new Map<unknown, A>()
  for (const ast of types) {
    const tags = tagsOf(ast)
    if (!SchemaAST.isTypeLiteral(ast) || tags.length === 0) return undefined
    for (const tag of tags) {
      const made = of(ast, tag)
      if (made === undefined || found.has(tag)) return undefined
      found.set(tag, made)
    }
  }
  return found
}

/** The tag of a value of a union of structs. */
export const tagIn = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, "_tag") : undefined
