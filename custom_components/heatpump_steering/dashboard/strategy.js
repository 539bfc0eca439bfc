// Offers our dashboard under Settings → Dashboards → Add dashboard. What it looks like, Home Assistant says: layout.py.

const TYPE = "heatpump-steering";
const COMMAND = { type: "heatpump_steering/dashboard" };

class HeatPumpSteeringDashboard extends HTMLElement {
  // There is nothing to choose. Whoever edits it is asked whether to take it over.
  static noEditor = true;

  // When the frontend makes it anew by itself.
  static registryDependencies = ["entities", "devices"];

  static async generate(_config, hass) {
    return (await hass.callWS(COMMAND)).config;
  }

  static async getCreateSuggestions(hass) {
    const { title } = (await hass.callWS(COMMAND)).config;
    return { title, icon: "mdi:heat-pump-outline" };
  }
}

customElements.define(`ll-strategy-dashboard-${TYPE}`, HeatPumpSteeringDashboard);

const offer = { type: TYPE, strategyType: "dashboard", name: "Heat Pump Steering" };
window.customStrategies = window.customStrategies ?? [];
window.customStrategies.push(offer);

// The words are the house's, which is asked as soon as it can be. The list is read whenever it is opened.
const { conn } = await window.hassConnection;
offer.description = (await conn.sendMessagePromise(COMMAND)).description;
