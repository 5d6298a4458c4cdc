import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Layer } from "effect"
import { expect, it } from "vitest"

const exchange = Exchange.layer({ file: "paper.sqlite" })
const brokers = PaperBroker.layerBrokers.pipe(Layer.provideMerge(exchange)) // `Brokers` and the `Exchange` beside it

it("the README's brokers are a layer", () => {
  expect(Layer.isLayer(brokers)).toBe(true)
})
