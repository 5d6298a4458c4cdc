/** `ContractPlace`: where the contract of brokers is run on a broker of an exchange. */
export * as ContractPlace from "./ContractPlace.ts"
/** `Door`: what is done with an exchange from outside its process. */
export * as Door from "./Door.ts"
/** `Serving`: how simulators of brokers serve HTTP on this machine. */
export * as Serving from "./Serving.ts"
