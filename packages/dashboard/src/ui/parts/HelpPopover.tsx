import * as Popover from "@radix-ui/react-popover"
import type { ReactNode, RefObject } from "react"

interface HelpPopoverProps {
  readonly id: string
  readonly isOpen: boolean
  readonly onEnter: () => void
  readonly onLeave: () => void
  readonly onOpenChange: (isOpen: boolean) => void
  /** What it explains: it stays the same element, so that it keeps the focus. */
  readonly word: RefObject<HTMLButtonElement | null>
  readonly children: ReactNode
}

/** The meaning of something, beside it; loaded when it is first asked for. */
export const HelpPopover = ({ children, id, isOpen, onEnter, onLeave, onOpenChange, word }: HelpPopoverProps) => (
  <Popover.Root open={isOpen} onOpenChange={onOpenChange}>
    <Popover.Anchor virtualRef={word} />
    <Popover.Portal container={document.getElementById("main")}>
      <Popover.Content
        id={id}
        className="popover"
        onMouseEnter={onEnter}
        onMouseLeave={onLeave}
        role="tooltip"
        side="top"
        sideOffset={6}
        collisionPadding={8}
        onFocusOutside={(event) => event.preventDefault()}
        onOpenAutoFocus={(event) => event.preventDefault()}
        onCloseAutoFocus={(event) => event.preventDefault()}
      >
        {children}
      </Popover.Content>
    </Popover.Portal>
  </Popover.Root>
)
