/** `Simulator`: the protocol of TWS on this machine, in front of a simulated exchange. */
export * as Simulator from "./Simulator.ts"
