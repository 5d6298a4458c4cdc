import "reflect-metadata"
import {
  Body,
  Controller,
  Get,
  Headers,
  HttpException,
  Inject,
  Injectable,
  Module,
  Post,
  Res,
  type INestApplication,
  type OnApplicationShutdown
} from "@nestjs/common"
import { NestFactory } from "@nestjs/core"
import { Roundlot } from "@roundlot/promises"
import type { ServerResponse } from "node:http"
import { positions, streamFills, takeTrades, type Answer } from "../answers.ts"
import { openDesk } from "../desk.ts"

const bodyOf = ({ body, status }: Answer): unknown => {
  if (status === 200) return body
  throw new HttpException(body ?? "", status)
}

@Controller()
class DeskController {
  readonly #roundlot: Roundlot

  constructor(@Inject(Roundlot) roundlot: Roundlot) {
    this.#roundlot = roundlot
  }

  @Post("trades")
  async take(@Body() trades: unknown) {
    return bodyOf(await takeTrades(this.#roundlot, trades))
  }

  @Get("positions")
  async positions() {
    return bodyOf(await positions(this.#roundlot))
  }

  @Get("fills")
  fills(@Res() response: ServerResponse, @Headers("last-event-id") after?: string) {
    return streamFills(this.#roundlot, after, response)
  }
}

/** Closes the books with the application. */
@Injectable()
class Closing implements OnApplicationShutdown {
  readonly #roundlot: Roundlot

  constructor(@Inject(Roundlot) roundlot: Roundlot) {
    this.#roundlot = roundlot
  }

  onApplicationShutdown() {
    return this.#roundlot.close()
  }
}

@Module({ controllers: [DeskController], providers: [{ provide: Roundlot, useFactory: openDesk }, Closing] })
class DeskModule {}

/** An application of Nest: its module opens the books, and they are closed when it is. */
export const app = (): Promise<INestApplication> => NestFactory.create(DeskModule, { logger: false })
