import { messages } from "./messages.ts"

/** Texts of the bar that leads to another moment. */
export const texts = messages({
  steps: "Steps",
  earlier: "Earlier",
  feedPosition: "Feed position",
  positionOfHead: "{position} of {head}",
  later: "Later",
  atFeedPosition: "feed position {position}",
  atFeedPositionAndTime: "feed position {position}, {at}",
  chooseAMoment: "Choose a time to view the books as of it.",
  booksAsOf: "Books as of {shown}. No actions are possible.",
  currentState: "This page shows the current state. Other pages show {shown}.",
  noSuchPosition: "There is no {asked} yet. The newest is {newest}.",
  asOf: "As of",
  backToNow: "Back to now"
})
