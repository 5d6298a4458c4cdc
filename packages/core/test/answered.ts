import type { Position } from "../src/records/Position.ts"
import { answerText } from "../src/records/PositionAnswer.ts"

/** What a position answers, in short. */
export const answered = (position: Pick<Position, "answer"> | undefined): string | undefined =>
  position && answerText(position.answer)
