import { Component, type ComponentType, type ReactNode } from "react";
import { t } from "../i18n";

/** Keeps a fault of one part to that part: without it React takes everything down, the player with it. */
class Boundary extends Component<{ children: ReactNode }> {
  static getDerivedStateFromError = () => ({ failed: true });
  override state = { failed: false };

  override render() {
    return this.state.failed ? <p className="empty-state">{t("error.internal")}</p> : this.props.children;
  }
}

/** The same part within a boundary. */
export function bounded<Props extends object>(Part: ComponentType<Props>): ComponentType<Props> {
  return (props) => (
    <Boundary>
      <Part {...props} />
    </Boundary>
  );
}
