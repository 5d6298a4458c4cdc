// Which tests prove which requirement, on which store and broker: makes docs/reference/requirements.md of the titles of all
// tests, or with --check fails where a cell is empty without a reason or the page is not what it makes.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { report, root } from "./sources.mjs"
import { filesOf, stalePlaces } from "./tiers.mjs"
import { allTests, UNKNOWN } from "./titles.mjs"

const sourceFile = join(root, "docs", "reference", "requirements.json")
const pageFile = join(root, "docs", "reference", "requirements.md")

const stores = ["memory", "SQLite", "Postgres"]
const brokers = ["paper", "Alpaca", "Schwab", "IBKR"]
const axes = { stores, brokers }
const SEPARATOR = " › "

const { places, requirements } = JSON.parse(readFileSync(sourceFile, "utf8"))
const known = new Set(requirements.map(({ id }) => id))

/** What stands before the first colon of a title where that is ids and nothing else: `ACC-2, W1 to W14: …`. */
const headOf = (title) => {
  const id = /[A-Z]+-?\d+/.source
  return new RegExp(`^(?:(?:${id})(?: to (?:${id}))?(?:, )?)+(?=:)`).exec(title)?.[0] ?? ""
}
const idsOf = (title) => headOf(title).match(/\b(?:ACC|FILL|SYNC|AUD|BAT|SDK)-\d+/g) ?? []

const nearest = (path) =>
  places.filter((place) => path.startsWith(place.path)).toSorted((a, b) => b.path.length - a.path.length)[0] ?? {}

/** Stores that a title names win over those of its folder: a suite that runs on several is titled by each. */
const storesOf = ({ file, titles }) => {
  const text = titles.join(" ")
  const named = stores.filter((store) =>
    new RegExp(`(?:\\b(?:on|jobs in)|store:) ${store}\\b|\\ba ${store} store\\b`).test(text)
  )
  return named.length > 0 ? named : (nearest(file).stores ?? [])
}

/** Every place where an id stands: the title that has it, with all tests under it. */
const proofsOf = (tests) => {
  const proofs = new Map()
  for (const test of tests) {
    for (const [depth, title] of test.titles.entries()) {
      for (const id of idsOf(title)) {
        const key = JSON.stringify([id, test.file, test.titles.slice(0, depth + 1)])
        const proof = proofs.get(key) ?? { id, file: test.file, titles: test.titles.slice(0, depth + 1), tests: [] }
        proof.tests.push(test)
        proofs.set(key, proof)
      }
    }
  }
  return [...proofs.values()].map((proof) => ({
    ...proof,
    stores: [...new Set(proof.tests.flatMap(storesOf))],
    brokers: nearest(proof.file).brokers ?? []
  }))
}

const tests = allTests()
const proofs = proofsOf(tests)
const proofsFor = (id) => proofs.filter((proof) => proof.id === id)

/** Why a requirement needs no proof on one store or broker, or on any of them. */
const reasonOf = (requirement, axis, place) => {
  const said = requirement[axis] ?? {}
  return typeof said === "string" ? said : said[place]
}
const dependsOn = (requirement, axis) => typeof requirement[axis] !== "string"

const cellsOf = (requirement) =>
  Object.entries(axes).flatMap(([axis, names]) =>
    names.map((name) => ({
      axis,
      name,
      count: proofsFor(requirement.id)
        .filter((proof) => proof[axis].includes(name))
        .reduce((sum, proof) => sum + proof.tests.length, 0),
      reason: reasonOf(requirement, axis, name)
    }))
  )

const cellFindings = (requirement) =>
  cellsOf(requirement)
    .filter(({ axis }) => dependsOn(requirement, axis))
    .flatMap(({ axis, count, name, reason }) => {
      if (count === 0 && reason === undefined)
        return [`${requirement.id} has no test on ${name}, and no reason in ${axis}`]
      return count > 0 && reason !== undefined
        ? [`${requirement.id} has a test on ${name}: its reason is out of date`]
        : []
    })

const quick = new Set(filesOf("test"))

/** A requirement is proven every few minutes; one that cannot be has a reason in `verify`. */
const tierFindings = ({ id, verify }) => {
  const isQuick = proofsFor(id).some(({ file }) => quick.has(file))
  if (!isQuick && verify === undefined) return [`${id} is proven by npm run verify only, and has no reason in verify`]
  return isQuick && verify !== undefined ? [`${id} is proven by npm test: its reason in verify is out of date`] : []
}

const isLost = (title) => /^(?:ACC|FILL|SYNC|AUD|BAT|SDK)-\d+/.test(title) && idsOf(title).length === 0

/** Pages that name tests, each as its file in code and a part of its title in quotes. */
const naming = ["asvs.md", "threat-model.md"]

const staleNames = (page) => {
  const text = readFileSync(join(root, "docs", "reference", page), "utf8")
  return [...text.matchAll(/`([\w./-]+\.test\.ts)` "([^"]+)"/g)]
    .filter(([, file, part]) => !tests.some((test) => test.file === file && test.titles.join(SEPARATOR).includes(part)))
    .map(([, file, part]) => `docs/reference/${page}: ${file} has no test "${part}"`)
}

const findings = () => [
  ...naming.flatMap(staleNames),
  ...requirements.filter(({ id }) => proofsFor(id).length === 0).map(({ id }) => `${id} has no test`),
  ...requirements.flatMap(cellFindings),
  ...proofs.filter(({ id }) => !known.has(id)).map(({ file, id }) => `${file} proves ${id}, which is no requirement`),
  ...tests
    .filter(({ titles }) => titles.some(isLost))
    .map(({ file, titles }) => `${file}: ${titles.at(-1)}: ids end with a colon`),
  ...stalePlaces().map((place) => `scripts/tiers.mjs names ${place}, which has no test`),
  ...requirements.flatMap(tierFindings),
  ...places
    .filter(({ path }) => !existsSync(join(root, path)))
    .map(({ path }) => `requirements.json: there is no ${path}`)
]

const row = (cells) => `| ${cells.join(" | ")} |`

/** A number of tests, `–` where a reason stands below, nothing where the requirement does not depend on it. */
const shown = (requirement, { axis, count }) => {
  if (!dependsOn(requirement, axis)) return ""
  return count > 0 ? String(count) : "–"
}

const matrix = () => {
  const rows = requirements.map((requirement) => [
    `[${requirement.id}](#${requirement.id.toLowerCase()})`,
    ...cellsOf(requirement).map((cell) => shown(requirement, cell))
  ])
  const head = ["requirement", ...stores, ...brokers]
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n")
}

const reasonLines = (requirement) =>
  Object.entries(axes)
    .flatMap(([axis, names]) =>
      dependsOn(requirement, axis)
        ? names.flatMap((name) => {
            const reason = reasonOf(requirement, axis, name)
            return reason === undefined ? [] : [`- ${name}: ${reason}`]
          })
        : [`- ${axis}: ${requirement[axis]}`]
    )
    .concat(requirement.verify === undefined ? [] : [`- by \`npm run verify\` only: ${requirement.verify}`])

const proofLine = ({ brokers: at, file, stores: on, tests: all, titles }) => {
  const count = all.length > 1 ? `${all.length} tests` : undefined
  const where = [...on, ...at, count].filter((each) => each !== undefined).join(", ")
  return `- \`${file}\`${where === "" ? "" : ` (${where})`}: ${titles.join(SEPARATOR).replaceAll(/[<*_|\\]/g, "\\$&")}`
}

const section = (requirement) => {
  const reasons = reasonLines(requirement)
  const lines = proofsFor(requirement.id).map(proofLine)
  return [
    `## ${requirement.id}`,
    requirement.text,
    ...(reasons.length > 0 ? [reasons.join("\n")] : []),
    `Proven by:`,
    [...new Set(lines)].join("\n")
  ].join("\n\n")
}

const page = () => `# Requirements and their tests

Made by \`npm run requirements\` of [requirements.json](requirements.json) and of the titles of all tests: a title begins with
the ids of the requirements that it proves. \`npm run check\` fails where this page is out of date, where a requirement has no
test, or where one that depends on a store or broker has none there and no reason. \`npm test\` and \`npm run verify\` fail where a
test of theirs that is listed here did not run.

A cell is the number of tests; \`–\` has its reason in the section of the requirement; an empty cell is of a requirement that
does not depend on the store or the broker, with the reason there too. \`${UNKNOWN}\` in a title is a part that only a run knows.

${matrix()}

${requirements.map(section).join("\n\n")}
`

const literal = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
const patternOf = (titles) => new RegExp(`^${titles.join(SEPARATOR).split(UNKNOWN).map(literal).join("[^]*")}$`)

/** The tests of the page that stand in these files and that a run of vitest did not run, by its result as JSON; of those that failed it says so itself. */
export const notRun = (result, files) => {
  const ran = new Map()
  for (const { assertionResults, name } of result.testResults) {
    const file = relative(root, name).replaceAll("\\", "/")
    const judged = assertionResults.filter(({ status }) => status === "passed" || status === "failed")
    const titles = judged.map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(SEPARATOR))
    ran.set(file, [...(ran.get(file) ?? []), ...titles])
  }
  const listed = [...new Set(proofs.flatMap((proof) => proof.tests))]
  return listed
    .filter(({ file, titles }) => {
      if (!files.includes(file)) return false
      const pattern = patternOf(titles)
      return !(ran.get(file) ?? []).some((title) => pattern.test(title))
    })
    .map(({ file, titles }) => `${file}: ${titles.join(SEPARATOR)}`)
}

const main = () => {
  if (process.argv[2] !== "--check") return writeFileSync(pageFile, page())
  const isStale = !existsSync(pageFile) || readFileSync(pageFile, "utf8") !== page()
  const stale = isStale ? ["docs/reference/requirements.md is out of date: run npm run requirements"] : []
  return report([...findings(), ...stale], requirements.length)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main()
