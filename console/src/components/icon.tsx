const shapes = {
  overview: "M3 12h4l3-8 4 16 3-8h4",
  actors: "M12 3v6M12 9H5v6M12 9h7v6M12 9v6M3 15h4v4H3zM10 15h4v4h-4zM17 15h4v4h-4z",
  clients:
    "M8 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c0-4 2.5-6 6-6s6 2 6 6" +
    "M16 4.5a3.3 3.3 0 0 1 0 6.2M17 14.3c3 .5 5 2.3 5 5.7",
  topics: "M9 3 6 21M18 3l-3 18M4 8.5h17M3 15.5h17",
  websocket: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  traces: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21",
  settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  sun:
    "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22" +
    "M5 5l1.7 1.7M17.3 17.3 19 19M5 19l1.7-1.7M17.3 6.7 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6 6 18",
  chevron: "M9 5l7 7-7 7",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  alarm: "M12 4 2.5 20h19zM12 10v4.5M12 17.2v.3",
  logout: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  plus: "M12 5v14M5 12h14",
};

export type IconName = keyof typeof shapes;

export function Icon({name, className = ""}: {name: IconName; className?: string}) {
  return (
    <svg
      class={`icon ${className}`}
      viewBox="0 0 24 24"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
