// A reporter that says which test files are under way when none has ended for a while: a run that hangs names its cause.
import { relative } from "node:path"
import { root } from "./sources.mjs"

const QUIET_MS = 5 * 60_000

export default class UnderWay {
  #running = new Set()
  #telling

  onTestModuleStart({ moduleId }) {
    this.#running.add(relative(root, moduleId))
    this.#waitAnew()
  }

  onTestModuleEnd({ moduleId }) {
    this.#running.delete(relative(root, moduleId))
    this.#waitAnew()
  }

  onTestRunEnd() {
    clearInterval(this.#telling)
  }

  #waitAnew() {
    clearInterval(this.#telling)
    this.#telling = setInterval(() => this.#tell(), QUIET_MS).unref()
  }

  #tell() {
    console.log(
      `no test file has ended for ${QUIET_MS / 60_000} minutes; under way are ${[...this.#running].join(", ")}`
    )
  }
}
