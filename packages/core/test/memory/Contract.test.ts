import { Effect } from "effect"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { describeStore } from "@roundlot/testing/vitest"

const place = Effect.sync(() => {
  const repository = MemoryRepository.make(MemoryStore.make())
  return { open: Effect.succeed(repository) }
})

describeStore("memory", place, ["forgetting"])
