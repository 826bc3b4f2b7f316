"""The public names of geometries."""

from __future__ import annotations

from .._geometry import Answer as Answer
from .._geometry import Box as Box
from .._geometry import Cuboid as Cuboid
from .._geometry import Cuboid3D as Cuboid3D
from .._geometry import Ellipse as Ellipse
from .._geometry import Event as Event
from .._geometry import Geometry as Geometry
from .._geometry import Line as Line
from .._geometry import Link as Link
from .._geometry import Mask as Mask
from .._geometry import Point as Point
from .._geometry import PointSegment as PointSegment
from .._geometry import Polygon as Polygon
from .._geometry import ResultFile as ResultFile
from .._geometry import RotatedBox as RotatedBox
from .._geometry import TextSpan as TextSpan
from .._geometry import Unknown as Unknown
