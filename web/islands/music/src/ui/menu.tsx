import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./icon";

/** From this width on a menu stands beside its button; below it comes up as a sheet. */
const WIDE = "(min-width: 40rem)";
const GAP_PX = 4;

interface MenuProps {
  label: string;
  anchor: HTMLElement;
  close: () => void;
  children: ReactNode;
}

/** A menu over everything else: arrow keys move, Escape and a click outside close, the focus goes back. */
export function Menu({ label, anchor, close, children }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = menu.current;
    if (!element) return;
    element.showPopover();
    place(element, anchor);
    items(element)[0]?.focus();
    const onToggle = (event: Event) => (event as ToggleEvent).newState === "closed" && close();
    // Before and not after: a key pressed right after Escape must not find a menu that is closed already.
    element.addEventListener("beforetoggle", onToggle);
    return () => {
      element.removeEventListener("beforetoggle", onToggle);
      // Only if nothing else, a dialog for one, has taken the focus meanwhile.
      if (element.contains(document.activeElement) || document.activeElement === document.body) anchor.focus();
    };
  }, [anchor, close]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const all = items(event.currentTarget);
    const here = all.indexOf(document.activeElement as HTMLElement);
    const there = { ArrowDown: here + 1, ArrowUp: here - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    event.stopPropagation();
    if (event.key === "Tab") {
      event.preventDefault();
      close();
    }
    if (there === undefined || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    all[there % all.length]?.focus();
  };
  return (
    <section aria-label={label}>
      <div
        className="menu"
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        ref={menu}
        onKeyDown={onKeyDown}
      >
        {children}
      </div>
    </section>
  );
}

interface MenuItemProps {
  icon?: string;
  text: string;
  hint?: string;
  checked?: boolean;
  /** Whether `checked` is one of several or stands alone. */
  kind?: "menuitem" | "menuitemradio" | "menuitemcheckbox";
  onSelect: () => void;
}

/** One thing to do. */
export function MenuItem({ icon, text, hint, checked, kind = "menuitem", onSelect }: MenuItemProps) {
  return (
    <button type="button" className="menu-item" role={kind} aria-checked={checked} tabIndex={-1} onClick={onSelect}>
      <Icon name={checked ? "check" : (icon ?? "minus")} />
      <span>{text}</span>
      {hint && <span className="menu-hint">{hint}</span>}
    </button>
  );
}

/** A link among the things to do. */
export function MenuLink({
  icon,
  text,
  href,
  onSelect,
}: {
  icon: string;
  text: string;
  href: string;
  onSelect: () => void;
}) {
  return (
    <a className="menu-item" role="menuitem" tabIndex={-1} href={href} onClick={onSelect}>
      <Icon name={icon} />
      <span>{text}</span>
    </a>
  );
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

/** Beside the button, on the side where there is room. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  if (!matchMedia(WIDE).matches) return;
  const button = anchor.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const below = button.bottom + GAP_PX + offsetHeight <= innerHeight;
  const top = below ? button.bottom + GAP_PX : Math.max(GAP_PX, button.top - GAP_PX - offsetHeight);
  const left = Math.min(Math.max(GAP_PX, button.right - offsetWidth), innerWidth - offsetWidth - GAP_PX);
  Object.assign(menu.style, { inset: "auto", top: `${top}px`, left: `${left}px` });
}
