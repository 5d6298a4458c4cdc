/** `Simulator`: Schwab's protocol on this machine, in front of the paper exchange. */
export * as Simulator from "./Simulator.ts"
