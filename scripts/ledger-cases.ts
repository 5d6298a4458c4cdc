import { readFileSync } from "node:fs"
import { Schema } from "effect"
import { LedgerCase } from "@roundlot/testing"

const files = process.argv.slice(2)
if (files.length === 0) {
  process.stderr.write("usage: npm run ledger:cases -- FILE...\n")
  process.exit(2)
}
const decode = Schema.decodeUnknownSync(Schema.parseJson(LedgerCase.LedgerCaseFile))

const casesOf = (file: string): ReadonlyArray<LedgerCase.LedgerCase> => {
  try {
    return decode(readFileSync(file, "utf8")).cases
  } catch (cause) {
    const isUnread = cause instanceof Error && "code" in cause
    const first = isUnread ? cause.message : "it has another form"
    process.stderr.write(
      `${file} cannot be read as a file of cases (${first}). Name a JSON file with a list "cases".\n`
    )
    process.exit(2)
  }
}

let passed = 0
for (const file of files) {
  for (const ledgerCase of casesOf(file)) {
    const difference = LedgerCase.replay(ledgerCase)
    if (difference !== undefined) {
      const place = difference.step === 0 ? "at its end" : `at step ${difference.step}`
      process.stdout.write(
        `${file}: ${difference.caseId} differs ${place}, ${difference.what}\n` +
          `  expected ${difference.expected}\n  actual   ${difference.actual}\n`
      )
      process.exit(1)
    }
    process.stdout.write(`ok ${ledgerCase.id}\n`)
    passed += 1
  }
}
process.stdout.write(`${passed} cases hold\n`)
