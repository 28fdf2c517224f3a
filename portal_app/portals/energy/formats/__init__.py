"""Files of meter readings and weather: read as they stream by, and written again."""
