// `npm run fuzz [-- TARGET …]`: mutates what is kept in fuzz/corpus for FUZZ_SECONDS a target (60). An input that reaches code which none
// before it reached is kept there, and mutated in its turn; so is one that fails, which also ends with exit code 1.
import { randomInt } from "node:crypto"
import { Session } from "node:inspector/promises"
import process from "node:process"
import { FastCheck as fc } from "effect"
import { attempt } from "./attempt.ts"
import { corpusOf, keep } from "./corpus.ts"
import { mutated } from "./mutation.ts"
import { type Target, targets } from "./targets.ts"

const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 60)
const BATCH = 100
const MOST_KEPT_BYTES = 4096

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Which blocks of our code ran since it was asked last. */
const coverage = async () => {
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true })
  return async (): Promise<ReadonlyArray<string>> => {
    const { result } = await session.post("Profiler.takePreciseCoverage")
    const ours = result.filter(({ url }) => /\/packages\/[^/]+\/src\//.test(url))
    return ours.flatMap(({ functions, url }) =>
      functions
        .flatMap(({ ranges }) => ranges)
        .flatMap(({ count, endOffset, startOffset }) => (count > 0 ? [`${url}:${startOffset}:${endOffset}`] : []))
    )
  }
}

/** What went wrong with an input. */
const faultOf = (target: Target, input: Buffer): string | undefined => {
  try {
    attempt(target, input)
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

const ran = await coverage()

/** Those of the inputs that reach blocks which none before did. */
const reaching = async (target: Target, inputs: ReadonlyArray<Buffer>, seen: Set<string>) => {
  const fresh = new Set((await ran()).filter((block) => !seen.has(block)))
  const found: Array<Buffer> = []
  for (const input of fresh.size === 0 ? [] : inputs) {
    target(input)
    const own = (await ran()).filter((block) => fresh.delete(block))
    for (const block of own) seen.add(block)
    if (own.length > 0) found.push(input)
  }
  return found
}

/** Whether nothing went wrong with a target for as long as it was tried. */
const fuzz = async (name: string, target: Target): Promise<boolean> => {
  const corpus = [...corpusOf(name)]
  for (const input of corpus) attempt(target, input)
  const seen = new Set(await ran())
  const ends = Date.now() + SECONDS * 1000
  let [tried, kept] = [0, 0]
  while (Date.now() < ends) {
    const inputs = fc.sample(mutated(corpus), { numRuns: BATCH, seed: randomInt(2 ** 31) })
    for (const input of inputs) {
      const fault = faultOf(target, input)
      if (fault === undefined) continue
      say(`${name}: ${keep(name, input)}\n${fault}`)
      return false
    }
    tried += inputs.length
    const found = (await reaching(target, inputs, seen)).filter(({ length }) => length <= MOST_KEPT_BYTES)
    for (const input of found) keep(name, input)
    corpus.push(...found)
    kept += found.length
  }
  say(`${name}: ${tried} inputs tried, ${kept} kept`)
  return true
}

const asked = process.argv.slice(2)
for (const [name, target] of Object.entries(targets)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  if (!(await fuzz(name, target))) process.exitCode = 1
}
