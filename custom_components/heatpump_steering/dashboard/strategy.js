// Offers our dashboard under Settings → Dashboards → Add dashboard. What is on it, Home Assistant says: see layout.py.

const TYPE = "heatpump-steering";

const dashboard = (hass) => hass.callWS({ type: "heatpump_steering/dashboard" });

class HeatPumpSteeringDashboard extends HTMLElement {
  // There is nothing to choose: whoever edits it is asked whether to take it over.
  static noEditor = true;

  // When these change, the frontend makes it anew by itself.
  static registryDependencies = ["entities", "devices"];

  static generate(_config, hass) {
    return dashboard(hass);
  }

  // What it is called, and drawn by, in the sidebar.
  static async getCreateSuggestions(hass) {
    const { title } = await dashboard(hass);
    return { title, icon: "mdi:heat-pump-outline" };
  }
}

customElements.define(`ll-strategy-dashboard-${TYPE}`, HeatPumpSteeringDashboard);

window.customStrategies = window.customStrategies ?? [];
window.customStrategies.push({
  type: TYPE,
  strategyType: "dashboard",
  name: "Heat Pump Steering",
  description: new URL(import.meta.url).searchParams.get("description"),
});
