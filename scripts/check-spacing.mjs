// Margins, paddings and gaps of the dashboard are steps of its scale, the variables of design.css: a length of its own fails.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { report, root } from "./sources.mjs"

const sheet = "packages/dashboard/src/app.css"

const SPACE = /^\s*(?:(?:row-|column-)?gap|(?:margin|padding)(?:-[a-z-]+)?):\s*([^;]+);/

/** Hairlines: what a border or the edge of an icon needs. */
const HAIRLINE = /^-?[12]px$/

const lengthsOf = (value) => value.match(/-?\d*\.?\d+(?:px|rem|em)\b/g) ?? []

const faults = readFileSync(join(root, sheet), "utf8")
  .split("\n")
  .flatMap((line, index) => {
    const lengths = lengthsOf(SPACE.exec(line)?.[1] ?? "").filter((length) => !HAIRLINE.test(length))
    return lengths.map((length) => `${sheet}:${index + 1}: ${length} is no step of the scale; use var(--space-N)`)
  })

report(faults, 1)
