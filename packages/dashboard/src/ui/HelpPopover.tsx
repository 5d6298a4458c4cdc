import * as Popover from "@radix-ui/react-popover"
import type { ReactElement, ReactNode } from "react"

interface HelpPopoverProps {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly anchor: ReactElement
  readonly children: ReactNode
}

/** The meaning of something, beside it; loaded when it is first asked for. */
export const HelpPopover = ({ anchor, children, isOpen, onOpenChange }: HelpPopoverProps) => (
  <Popover.Root open={isOpen} onOpenChange={onOpenChange}>
    <Popover.Anchor asChild>{anchor}</Popover.Anchor>
    <Popover.Portal>
      <Popover.Content
        className="popover"
        role="tooltip"
        side="top"
        sideOffset={6}
        collisionPadding={8}
        onOpenAutoFocus={(event) => event.preventDefault()}
        onCloseAutoFocus={(event) => event.preventDefault()}
      >
        {children}
      </Popover.Content>
    </Popover.Portal>
  </Popover.Root>
)
