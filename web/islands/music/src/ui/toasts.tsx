import { dismiss, notices } from "../notices";
import { useStore } from "../store";

/** Short messages, with the way back where there is one. */
export function Toasts() {
  const shown = useStore(notices, (state) => state.shown);
  return (
    <div className="toasts" role="status">
      {shown.map(({ id, text, action }) => (
        <div className="toast" key={id}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              className="toast-action"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
