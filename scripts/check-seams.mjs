// The seams that the linter cannot see: what reaches the clock, chance or the process around the Effect services,
// and the pure part of core that must not know the rest of it.
import { posix } from "node:path"
import ts from "typescript"
import { place, report, sources, sourcesIn } from "./sources.mjs"

const effectOnly = new Set([
  "core",
  "testing",
  "store-sql",
  "store-sqlite",
  "store-postgres",
  "broker-paper",
  "broker-alpaca",
  "broker-schwab",
  "broker-ibkr",
  "source-evm",
  "source-nats",
  "source-outbox"
])

/** Folders of core that meet the world; all others are pure. */
const worldly = new Set(["ports", "ledger", "services", "memory", "internal"])
const worldlyModules = new Set([
  "Effect",
  "Layer",
  "Context",
  "Stream",
  "Fiber",
  "Ref",
  "Queue",
  "Deferred",
  "Runtime",
  "Scope"
])

const bannedModules = new Map([
  ["node:timers", "use Effect.sleep or Schedule"],
  ["node:timers/promises", "use Effect.sleep or Schedule"],
  ["node:process", "the runner owns the process"],
  ["node:perf_hooks", "use Clock"],
  ["node:child_process", "the runner owns processes"]
])
const bannedMembers = new Map([
  ["node:crypto", new Set(["randomUUID", "randomBytes", "randomInt", "webcrypto", "getRandomValues"])]
])

/** The one module that is itself the seam of secure randomness. */
const entropySeam = "packages/core/src/ports/Entropy.ts"

const isNamed = (node, name) => ts.isIdentifier(node) && node.text === name

const callsDateForNow = (node) =>
  (ts.isNewExpression(node) && isNamed(node.expression, "Date") && (node.arguments ?? []).length === 0) ||
  (ts.isCallExpression(node) && isNamed(node.expression, "Date"))

const reachesGlobal = (node) =>
  (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && isNamed(node.expression, "globalThis")

const assertsAssigned = (node) =>
  (ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node)) && node.exclamationToken !== undefined

const syntaxFaults = (node) => {
  if (callsDateForNow(node)) return ["reads the wall clock: use Clock, so that tests own the time"]
  if (reachesGlobal(node)) return ["goes around the linter through globalThis"]
  if (assertsAssigned(node)) return ["asserts with `!` that something is assigned: give it a value"]
  return []
}

const importedNames = (node) => {
  const bindings = node.importClause?.namedBindings
  return bindings !== undefined && ts.isNamedImports(bindings)
    ? bindings.elements.map((element) => (element.propertyName ?? element.name).text)
    : []
}

const importFaults = (node) => {
  const specifier = node.moduleSpecifier.text
  const reason = bannedModules.get(specifier)
  const members = bannedMembers.get(specifier)
  return [
    ...(reason === undefined ? [] : [`imports ${specifier}: ${reason}`]),
    ...importedNames(node)
      .filter((name) => members?.has(name) === true)
      .map((name) => `imports ${name} from ${specifier}: use the Entropy service`)
  ]
}

const isPure = (path) => {
  const [, folder, rest] = /^packages\/core\/src\/([^/]+)(\/.*)?$/.exec(path) ?? []
  return rest !== undefined && !worldly.has(folder)
}

const purityFaults = (source, node) => {
  const specifier = node.moduleSpecifier.text
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(source.path), specifier)
    return target.endsWith("/src/index.ts") || !isPure(target) ? [`is pure and imports ${specifier}, which is not`] : []
  }
  const fromEffect = specifier === "effect" ? importedNames(node) : [specifier.replace(/^effect\//, "")]
  return fromEffect
    .filter((name) => worldlyModules.has(name))
    .map((name) => `is pure and imports ${name}: the domain is read without meeting an Effect`)
}

/** The rooms of rules, in the order in which they may know each other. */
const rules = [
  "breaks",
  "alert",
  "account",
  "fill",
  "lot",
  "risk",
  "position",
  "order",
  "reconciliation",
  "trade",
  "decision",
  "operator",
  "batch",
  "job"
]

/** The rooms of core, from the ground up: a file knows its own room and those before it. */
const rooms = [
  "values",
  "tables",
  "records",
  "events",
  "books",
  ...rules.map((rule) => `rules/${rule}`),
  "ports",
  "memory",
  "ledger",
  "services"
]

/** The rooms of the dashboard, from the ground up. */
const screens = [
  "format",
  "words",
  "live",
  "api",
  ...["parts", "record", "form", "table", "chart", "list", "action", "frame"].map((part) => `ui/${part}`),
  "pages"
]

/** Houses whose arrows point down. A file beside the rooms, such as an entry, puts them together. */
const houses = [
  { name: "core", path: /^packages\/core\/src\/(rules\/[^/]+|[^/]+)\//, rooms },
  { name: "the dashboard", path: /^packages\/dashboard\/src\/(ui\/[^/]+|[^/]+)\//, rooms: screens }
]

/** From the ground up: each of these packages knows those before it, and none knows the program that puts them together. */
const floors = ["queries", "imports", "commands", "http", "daemon", "cli", "runner"]
const floorOf = (specifier) => floors.indexOf(specifier === "roundlot" ? "runner" : specifier.split("/")[1])

/** What the program's faces have in common knows neither of them: no verb of the command line, nor the runner. */
const floorFaults = (source, node) => {
  const own = floors.indexOf(source.package)
  if (own < 0 || node.moduleSpecifier === undefined) return []
  const specifier = node.moduleSpecifier.text
  if (specifier.startsWith(".")) {
    const isInside = posix.join(posix.dirname(source.path), specifier).startsWith(`packages/${source.package}/src/`)
    return isInside ? [] : [`imports ${specifier}, which is not its own: import a package`]
  }
  const isOurs = specifier === "roundlot" || specifier.startsWith("@roundlot/")
  if (floors[own] === "cli" && floors[floorOf(specifier)] === "http")
    return [`imports ${specifier}: no face of the books knows another`]
  return isOurs && floorOf(specifier) > own ? [`imports ${specifier}, which is above ${source.package}`] : []
}

/** Only the command line knows its verbs. */
const verbFaults = (source, node) => {
  const from = /^packages\/(?:cli|runner)\/src\/([^/]+)\//.exec(source.path)?.[1]
  if (from === undefined || from === "verbs" || from === "cli" || node.moduleSpecifier === undefined) return []
  return /\/verbs\//.test(node.moduleSpecifier.text)
    ? [`imports a verb: what ${from} needs of it stands in @roundlot/commands`]
    : []
}

/** Arrows point down: a rule that needs one above it stands in the wrong room, or holds what belongs to a record. */
const roomFaults = (source, node) => {
  const house = houses.find(({ path }) => path.test(source.path))
  if (house === undefined || node.moduleSpecifier?.text.startsWith(".") !== true) return []
  const roomOf = (path) => house.path.exec(path)?.[1]
  const [room, other] = [source.path, posix.join(posix.dirname(source.path), node.moduleSpecifier.text)].map(roomOf)
  const level = house.rooms.indexOf(room)
  if (level < 0) return [`is in ${room}, which is no room of ${house.name}`]
  return house.rooms.indexOf(other) > level ? [`imports from ${other}, which is above ${room}`] : []
}

const adapter = /^packages\/(broker-[a-z]+)\/src\//

/** What a simulator has in common with the adapter that it is a witness against; docs/reference/simulators.md says why. */
const shared = new Map([
  ["broker-alpaca", /^Credentials\.ts$/],
  ["broker-schwab", /^(Certificate|Challenge|Credentials|TokenFile)\.ts$/],
  ["broker-ibkr", /^(wire\/\w+|Message)\.ts$/]
])

/** A simulator is written from what the broker says: what it took from the adapter, it would be wrong about together with that. */
const sharingFaults = (source, node, own) => {
  const specifier = node.moduleSpecifier.text
  if (specifier.startsWith("@roundlot/core") && importedNames(node).includes("RequestLimit"))
    return ["imports RequestLimit, by which adapters count: a simulator counts for itself"]
  const home = `packages/${own}/src/`
  const target = posix.join(posix.dirname(source.path), specifier)
  const isOwn = !specifier.startsWith(".") || target.startsWith(`${home}simulator/`)
  return isOwn || shared.get(own)?.test(target.slice(home.length)) === true
    ? []
    : [`imports ${specifier} of the adapter: a simulator is a witness against it`]
}

/** An adapter never imports another; only its simulator, which no client loads, may stand on the paper exchange. */
const adapterFaults = (source, node) => {
  const [, own] = adapter.exec(source.path) ?? []
  if (own === undefined) return []
  const isSimulator = source.path.startsWith(`packages/${own}/src/simulator/`)
  const specifier = node.moduleSpecifier.text
  const [, other] = /^@roundlot\/(broker-[a-z]+)/.exec(specifier) ?? []
  const isExchange = isSimulator && /^@roundlot\/broker-paper(\/serving)?$/.test(specifier)
  if (other !== undefined && !isExchange) return [`imports ${specifier}: an adapter knows core and no other adapter`]
  if (isSimulator) return sharingFaults(source, node, own)
  const reaches = specifier.startsWith(".") && specifier.includes("simulator/")
  return reaches ? [`imports ${specifier}: an adapter does not know its simulator`] : []
}

/** Who decides on codes and fields. An adapter has to read what its broker says in words. */
const withoutProse = new Set([
  "core",
  "testing",
  "api",
  "commands",
  "http",
  "daemon",
  "cli",
  "runner",
  "dashboard",
  "simulation"
])

/** They cut what a library says for people, and decide nothing by it. */
const cutting = new Set(["packages/cli/src/terminal/failure.ts", "packages/commands/src/faults.ts"])

/** What is said to people. */
const sentences = new Set(["evidence", "reason", "why", "detail", "message", "closedWhy"])
const textReads = new Set(["startsWith", "endsWith", "includes", "indexOf", "match", "search", "split", "test", "exec"])

const isSentence = (node) => {
  const name = ts.isPropertyAccessExpression(node) ? node.name : node
  return ts.isIdentifier(name) && sentences.has(name.text)
}

const isFallback = (node) =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken

/** A call that looks into a sentence, such as `reason.startsWith("x")` or `/^x/.test(why ?? "")`. */
const proseFaults = (source, node) => {
  if (!withoutProse.has(source.package) || cutting.has(source.path)) return []
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return []
  const { expression: of, name } = node.expression
  if (!textReads.has(name.text)) return []
  const read = [of, ...node.arguments.map((each) => (isFallback(each) ? each.left : each))].find(isSentence)
  return read === undefined ? [] : [`looks into ${read.getText()} by ${name.text}: decide on a code or a field`]
}

const faultsOf = (source) => {
  const found = []
  const isEffectOnly = effectOnly.has(source.package)
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      found.push(
        ...[...roomFaults(source, node), ...floorFaults(source, node), ...verbFaults(source, node)].map(
          (fault) => `${place(source, node)} ${fault}`
        )
      )
    }
    if (isEffectOnly && ts.isImportDeclaration(node)) {
      const imported = source.path === entropySeam ? [] : importFaults(node)
      const faults = [
        ...imported,
        ...adapterFaults(source, node),
        ...(isPure(source.path) ? purityFaults(source, node) : [])
      ]
      found.push(...faults.map((fault) => `${place(source, node)} ${fault}`))
    }
    const faults = [...(isEffectOnly ? syntaxFaults(node) : []), ...proseFaults(source, node)]
    found.push(...faults.map((fault) => `${place(source, node)} ${fault}`))
    ts.forEachChild(node, visit)
  }
  visit(source.tree)
  return found
}

/** So many lines the program that puts packages together may have: what it grows by belongs into one of them. */
const MOST_OF_RUNNER = 3_910

const linesIn = ({ tree }) => tree.getLineStarts().length - 1

const sizeFaults = (all) => {
  const lines = all.filter(({ package: name }) => name === "runner").reduce((sum, source) => sum + linesIn(source), 0)
  return lines > MOST_OF_RUNNER
    ? [
        `packages/runner/src has ${lines} lines, more than ${MOST_OF_RUNNER}: what it does beside composing is a package's`
      ]
    : []
}

const files = [...sources(), ...sourcesIn("simulation", "simulation")].filter(
  (source) => effectOnly.has(source.package) || withoutProse.has(source.package) || floors.includes(source.package)
)
report([...files.flatMap(faultsOf), ...sizeFaults(files)], files.length)
