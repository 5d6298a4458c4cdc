import { Effect } from "effect"
import { app, linesOf } from "./app.ts"

const books = await Effect.runPromise(app)
for (const line of linesOf(books)) console.log(line)
