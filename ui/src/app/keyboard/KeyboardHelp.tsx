import { Modal } from "@mantine/core";
import classes from "./help.module.css";
import { SHORTCUTS } from "./shortcuts";

export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <div className={classes.columns} data-testid="keyboard-help">
        {SHORTCUTS.map(({ title, list }) => (
          <section key={title}>
            <h3 className={classes.title}>{title}</h3>
            <dl className={classes.list}>
              {list.map(({ keys, what }) => (
                <div key={keys} className={classes.row}>
                  <dt>
                    <kbd className={`${classes.keys} mono`}>{keys}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
