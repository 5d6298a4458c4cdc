import { afterEach } from "vitest"

/**
 * After each test the worker takes what the runner has answered. Tests that never wait, one after the other for a minute on a busy
 * machine, would keep it from that, and the run would end as failed for answers that came in time.
 */
afterEach(() => new Promise<void>((resolve) => void setImmediate(resolve)))
