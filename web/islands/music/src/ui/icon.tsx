import { iconHref } from "../boot";

/** One icon of the sprite. Decoration: the meaning stands beside it or in a label. */
export function Icon({ name, fill = false }: { name: string; fill?: boolean }) {
  return (
    <svg className={fill ? "icon icon-fill" : "icon"} aria-hidden="true">
      <use href={iconHref(name)} />
    </svg>
  );
}

interface IconButtonProps extends React.ComponentProps<"button"> {
  icon: string;
  label: string;
  fill?: boolean;
}

/** A square button with one icon; the label is spoken and shown as a hint. */
export function IconButton({ icon, label, fill = false, className = "icon-button", ...rest }: IconButtonProps) {
  return (
    <button type="button" className={className} aria-label={label} title={label} {...rest}>
      <Icon name={icon} fill={fill} />
    </button>
  );
}

/** A square cover. The title stands beside it. */
export function Cover({ src, sizePx }: { src: string | null | undefined; sizePx: number }) {
  if (!src) return <span className="cover" />;
  return <img className="cover" src={src} width={sizePx} height={sizePx} alt="" decoding="async" />;
}
