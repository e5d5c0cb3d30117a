"""The demo plants' OPC UA server: Objects › plant label › tag, with source timestamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import Server, ua

if TYPE_CHECKING:
    import datetime as dt

    from simulator.control import Member

NAMESPACE = "urn:yingan:simulator"


class Tree:
    """The address space, filled as plants appear."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.server: Any = Server()
        self.nodes: dict[tuple[str, str], Any] = {}
        self.folders: dict[str, Any] = {}
        self.index = 0

    async def start(self) -> None:
        """Open the server on loopback."""
        await self.server.init()
        self.server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}/yingan/")
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        self.index = await self.server.register_namespace(NAMESPACE)
        await self.server.start()

    async def stop(self) -> None:
        """Close the server."""
        await self.server.stop()

    async def show(self, member: Member, values: dict[str, float], at: dt.datetime) -> None:
        """Write the values of one plant with their source time."""
        for tag, value in values.items():
            node = self.nodes.get((member.key, tag)) or await self._add(member, tag)
            data = ua.DataValue(ua.Variant(value, ua.VariantType.Double), SourceTimestamp=at, ServerTimestamp=at)
            await self.server.write_attribute_value(node.nodeid, data)

    async def _add(self, member: Member, tag: str) -> Any:
        if member.key not in self.folders:
            self.folders[member.key] = await self.server.nodes.objects.add_folder(self.index, member.label)
        name = ua.NodeId(f"{member.key}/{tag}", self.index)
        node = await self.folders[member.key].add_variable(name, ua.QualifiedName(tag, self.index), 0.0)
        self.nodes[member.key, tag] = node
        return node
