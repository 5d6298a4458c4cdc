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
  [/\bin doubt\b/i, "unconfirmed"],
  [/\bnobody\b(?! knows$)/i, "name who does not: no operator, no source"],
  [/\bsomebody\b/i, "a person, another user"],
  [/\bso long as\b/i, "while"],
  [/\b(is|are) no side\b|, no side\b/i, "is neither buy nor sell"],
  [/\bforeign position\b/i, "unrecognised position"],
  [/\bcancel asked\b/i, "cancel requested"],
  [/\bpart filled\b/i, "partially filled"],
  [/\boff band\b/i, "price tolerance"],
  [/\b(make|made) void\b|\ba token void\b/i, "revoke"],
  [/\bon your word\b/i, "manually"],
  [/\bput away\b/i, "archived"],
  [/\bits end was asked\b/i, "cancel was requested"],
  [/\bcame? to (its|an) end\b/i, "completed"],
  [/\bwhere it stands\b/i, "position"],
  [/\bjust happened\b/i, "recent activity"],
  [/\bwaiting for you\b/i, "needs attention"],
  [/\bbegin here\b/i, "get started"],
  [/\bwhat (went in|came out)\b/i, "source trades, or executions; request, or response"],
  [/\bwhere its shares went\b/i, "allocations"],
  [/\bhow it looks\b/i, "appearance"],
  [/\bwho you are\b/i, "signed-in user"],
  [/\bon record: of\b/i, "view in journal"],
  [/\bparts of the program\b/i, "services"],
  [/\byou are signed out\b/i, "session ended"],
  [/\bfigures may be old\b/i, "data may be out of date"],
  [/\b(is|are) driven by\b|\bdrives? the accounts?\b/i, "in use by; run the trading daemon"],
  [/\bdone, but look\b/i, "completed with findings"],
  [/\blook at what would be\b|\bthen say --yes\b/i, "re-run with --yes to apply"],
  [/\beverything is (normal\b|$)/i, "trading resumed; all accounts"],
  [/\binto doubt\b/i, "unconfirmed"],
  [/\bdriven now\b|\bdrives? an account\b/i, "trading accounts"],
  [/\bhand(s|ed)? (it|the trade) in\b|\bhand in the\b/i, "submit"],
  [/\bnothing new is taken\b/i, "waiting for in-flight orders"],
  [/\bwhat is wrong here\b/i, "diagnose problems"],
  [/\bno row was taken\b/i, "no rows accepted"],
  [/\bno order follows at once\b/i, "no orders will be sent now"],
  [/\bnothing waits\b/i, "no open lots"],
  [/\bowes anything\b/i, "no residuals"],
  [/\bfind by any id\b/i, "search by id or run a command"],
  [/\bcannot be taken in\b/i, "was not accepted"],
  [/\bthe books know no\b/i, "does not exist"],
  [/\bits login ends\b|\bwait from then on\b/i, "token expires at; orders queue after that"],
  [/\bfault of its own\b|\bnothing half done\b/i, "internal error, no partial writes"],
  [/\btold to come again\b/i, "get 503 with Retry-After"],
  [/\bkeep (as template|this view)\b/i, "save"],
  [/\bzone of its times\b/i, "time zone"],
  [/\bpositions near an order\b/i, "pending accumulation"],
  [/\bwhat will not\b/i, "not affected"],
  [/\bclear answer came\b/i, "no acknowledgement received"],
  [/\bgive(n)? up a rest\b|\ba rest that\b/i, "write off a residual"],
  [/\bnot ours\b/i, "external"],
  [/\bwhat became of\b/i, "the outcome of"],
  [/^this could not be read/i, "could not load"],
  [/roundlot exchange do\b/, "exchange instruct"]
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
