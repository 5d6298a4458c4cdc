import { statSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { run } from "./engine.ts"
import * as floor from "./floor.ts"
import { inFolder, type Took } from "./measuring.ts"
import { emptyStore, played, recorded } from "./played.ts"
import { whenTold } from "./player.ts"
import { FLOOR, FLOOR_AT_64, lines, SCHEDULE, Task } from "./throughput.ts"
import { tradesOf } from "./workload.ts"

/** One line of the table in a process of its own: its trades once for the compiler, and once more each time that it is told. */
const { folder, name, shape } = Schema.decodeSync(Schema.parseJson(Task))(process.argv[2] ?? "")
const trades = tradesOf(shape, 1)

type Act = (file: string) => Promise<Took>

const floorOf = async (perGroup: number): Promise<Act> => {
  const groups = await recorded({ folder }, shape, trades, { perGroup })
  const from = groups.findIndex(({ identities }) => identities.length > 0)
  return async (file) => {
    await emptyStore(file)
    const db = floor.open(file)
    const took = floor.write(db, groups, from)
    db.close()
    return took
  }
}

const lineOf = (): Act => {
  const line = lines.find((each) => each.name === name)
  if (line === undefined) throw new Error(`there is no line ${name}`)
  return (file) => run({ file, shape, limits: line.limits }, trades, line.callers)
}

const actOf = async (): Promise<Act> => {
  if (name === FLOOR) return floorOf(1000)
  if (name === FLOOR_AT_64) return floorOf(64)
  return name === SCHEDULE ? (file) => played(file, shape, trades) : lineOf()
}

const act = await actOf()

const once = () =>
  inFolder({ folder }, async (own) => {
    const file = join(own, "bench.db")
    const { cpu, seconds } = await act(file)
    return { cpu, seconds, bytes: statSync(file).size }
  })

await once()
await whenTold(once)
