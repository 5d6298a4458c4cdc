/** `NatsSource`: trades that are published to a JetStream of NATS. */
export * as NatsSource from "./NatsSource.ts"
