/** `Serving`: how simulators of brokers serve HTTP on this machine. */
export * as Serving from "./Serving.ts"
